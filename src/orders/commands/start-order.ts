import { type StartFlags, startAndTell, startSettings } from '../../cli/commands/start.ts';
import { dryRunOrder } from '../../cli/dry-run.ts';
import { readInput } from '../../cli/read-input.ts';
import { startOrder } from '../../client/start.ts';
import { orderDefaults } from '../../policies/resolve-policies.ts';
import type { ProcessOrderInput } from '../../wire/complete-input.ts';
import { assertPayloadFits } from '../../wire/payload-limit.ts';
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
