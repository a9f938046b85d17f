import type { Policies } from '../../client.ts';
import {
  assertPayloadFits,
  type DryRunOptions,
  readInput,
  type StartFlags,
  schemaFromZod,
  showPlan,
  startAndTell,
  startSettings,
} from '../../command.ts';
import { extractedOrderSchema, type ProcessOrderInput } from '../order.ts';
import { orderDefaults } from '../order-defaults.ts';
import { orderMessages } from '../order-question.ts';
import { startOrder } from '../start-order.ts';
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
  const effects = orderEffects.map((name) => ({
    name,
    does: `${orders.effects[name].does}${name === 'charge' ? ` ${customer} by ${paymentMethod}` : ''}`,
  }));
  const schema = schemaFromZod(extractedOrderSchema);
  const ask = { step: 'extract', model, messages: orderMessages(request.email), schema };
  const notes = ['A charge above the limit or in doubt waits for an approval first.'];
  showPlan({ workflow: 'processOrder', id, input, ask, policies, effects, notes }, options);
}
