import { startOrder } from '../../client/start.ts';
import { assertPayloadFits } from '../../model/payload-limit.ts';
import type { ProcessOrderInput } from '../../model/workflow-input.ts';
import { orderDefaults } from '../../policies/resolve-policies.ts';
import { dryRunOrder } from '../dry-run.ts';
import { readInput } from '../read-input.ts';
import { type OrderFlags, readOrderFile } from '../read-order-file.ts';
import { type StartFlags, startAndTell, startSettings } from './start.ts';

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
