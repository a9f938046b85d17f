import { schemaFromZod } from '../../calls/answers/parse-answer.ts';
import { type StartFlags, startAndTell, startSettings } from '../../cli/commands/start.ts';
import { type DryRunOptions, planFor, showPlan } from '../../cli/dry-run.ts';
import { readInput } from '../../cli/read-input.ts';
import { scopeFor } from '../../config/scope.ts';
import type { Policies } from '../../policies/catalogue.ts';
import { idempotencyKey } from '../../wire/idempotency-key.ts';
import { requestIdFor } from '../../wire/identifiers.ts';
import { assertPayloadFits } from '../../wire/payload-limit.ts';
import { extractedOrderSchema, type ProcessOrderInput } from '../order.ts';
import { orderMessages } from '../order-question.ts';
import { orderDefaults, startOrder } from '../start-order.ts';
import { type OrderFlags, readOrderFile } from './read-order-file.ts';

/** `holdfast start order <file>` */
export async function startOrderCommand(
  file: string,
  flags: StartFlags & OrderFlags,
): Promise<void> {
  const { config, model, policies } = await startSettings(flags, orderDefaults);
  const { id, request } = readOrderFile(await readInput(file, 'the order'), flags);
  const input = { request, model, policies };
  // Before a server is asked for: an input that cannot be sent needs none.
  assertPayloadFits('the input', input);
  if (flags.dryRun) return dryRunOrder(id, input, { config, ...flags });
  await startAndTell({ ...flags, id, config }, (client, options) =>
    startOrder(client, input, options),
  );
}

/** Shows what `start order` would ask and do. Nothing is sent, no server is needed. */
async function dryRunOrder(
  id: string,
  input: ProcessOrderInput & { readonly policies: Policies },
  options: DryRunOptions,
): Promise<void> {
  // Loads the targets' SDKs, which no other command needs.
  const { orderEffects, orders } = await import('../app.ts');
  const { request, model, policies } = input;
  const { id: customer, paymentMethod } = request.customer;
  const plan = planFor('processOrder', id, input, options);
  const scope = scopeFor(options.config.HOLDFAST_SCOPE, plan.namespace);
  const effects = orderEffects.map((name) => ({
    name,
    does: `${orders.effects[name].does}${name === 'charge' ? ` ${customer} by ${paymentMethod}` : ''}`,
    idempotencyKey: idempotencyKey({ scope, workflowId: plan.workflowId, effect: name }),
  }));
  const ask = {
    requestId: requestIdFor(plan.workflowId, 'extract'),
    model,
    messages: orderMessages(request.email),
    schema: schemaFromZod(extractedOrderSchema),
  };
  const notes = ['A charge above the limit or in doubt waits for an approval first.'];
  showPlan({ ...plan, ask, policies, effects, notes }, options);
}
