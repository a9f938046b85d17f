import { exitCodes } from '../exit-codes.ts';
import { untilInterrupted } from '../interruption.ts';
import { type JsonOption, notice } from '../output.ts';
import { stateOf } from '../watch/describe-status.ts';
import { watchWorkflows } from '../watch/watch-workflows.ts';
import { withClient } from '../with-client.ts';

/** `holdfast watch [id...]` */
export async function watch(ids: readonly string[], options: JsonOption): Promise<void> {
  await withClient(({ client, namespace, ui }) =>
    untilInterrupted(async (signal) => {
      const link = ui(ids.length === 1 ? ids[0] : undefined);
      const statuses = await watchWorkflows(client, {
        ids: ids.length > 0 ? ids : 'running',
        signal,
        ...(options.json && { show: 'json' }),
        ...(link !== undefined && { footer: [link] }),
      });
      if (statuses.length === 0) notice(`Nothing of Holdfast runs in ${namespace}.`, options);
      if (!signal.aborted && statuses.some((status) => unsuccessful.includes(stateOf(status)))) {
        process.exitCode = exitCodes.failed.code;
      }
    }),
  );
}

const unsuccessful = ['failed', 'cancelled', 'terminated', 'timed out'];
