import { type StartFlags, startAndTell, startSettings } from '../../cli/commands/start.ts';
import { type DryRunOptions, planFor, showPlan } from '../../cli/dry-run.ts';
import { readInput } from '../../cli/read-input.ts';
import { scopeFor } from '../../config/scope.ts';
import { idempotencyKey } from '../../wire/idempotency-key.ts';
import { requestIdFor } from '../../wire/identifiers.ts';
import { assertPayloadFits } from '../../wire/payload-limit.ts';
import { orderEffects } from '../effect-list.ts';
import type { ProcessOrderInput } from '../order.ts';
import { orderMessages, orderShape } from '../order-question.ts';
import { orderDefaults, startOrder } from '../start-order.ts';
import { type OrderFlags, readOrderFile } from './read-order-file.ts';

/** `holdfast start order <file>` */
export async function startOrderCommand(
  file: string,
  flags: StartFlags & OrderFlags,
): Promise<void> {
  const { config, model, policies } = await startSettings(flags, orderDefaults);
  const { id, request } = readOrderFile(await readInput(file, 'the order'), flags);
  const input: ProcessOrderInput = { request, model, policies };
  // Before a server is asked for: an input that cannot be sent needs none.
  assertPayloadFits('the input', input);
  if (flags.dryRun) return dryRunOrder(id, input, { config, ...flags });
  await startAndTell({ ...flags, id, config }, (client, options) =>
    startOrder(client, input, options),
  );
}

/** Shows what `start order` would ask and do. Nothing is sent, no server is needed. */
function dryRunOrder(id: string, input: ProcessOrderInput, options: DryRunOptions): void {
  const { request, model, policies } = input;
  const { id: customer, paymentMethod } = request.customer;
  const plan = planFor('processOrder', id, input, options);
  const scope = scopeFor(options.config.HOLDFAST_SCOPE, plan.namespace);
  const effects = orderEffects.map(({ name, does }) => ({
    name,
    does: name === 'charge' ? `${does} ${customer} by ${paymentMethod}` : does,
    idempotencyKey: idempotencyKey({ scope, workflowId: plan.workflowId, effect: name }),
  }));
  const ask = {
    requestId: requestIdFor(plan.workflowId, 'extract'),
    model,
    messages: orderMessages(request.email),
    schema: orderShape().schema,
  };
  const notes = ['A charge above the limit or in doubt waits for an approval first.'];
  showPlan({ ...plan, ask, policies, effects, notes }, options);
}
