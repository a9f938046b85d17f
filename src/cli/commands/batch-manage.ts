import { existsSync } from 'node:fs';
import { type BatchStore, countsOf } from '../../batch/store/batch-store.ts';
import type { StoredBatch } from '../../batch/store/batch-tables.ts';
import { pauseBatch } from '../../client/batch.ts';
import { cancel } from '../../client/cancel.ts';
import type { Connected } from '../../client/connect.ts';
import { describeWorkflow, waitsFor } from '../../client/describe-workflow.ts';
import { resume } from '../../client/resume.ts';
import { accountOf, describeProgress } from '../batch/progress-view.ts';
import { batchIdFor, withBatches } from '../batch/with-batches.ts';
import { CommandError } from '../command-error.ts';
import { connectTelling, useServerOfFolder } from '../connect-telling.ts';
import { formatCount } from '../format.ts';
import { type JsonOption, print, printJson } from '../output.ts';
import { tableText } from '../plain-table.ts';

/** `holdfast batch list` */
export function batchListCommand({ json }: JsonOption): Promise<void> {
  return withBatches(async (store) => {
    const batches = await store.list();
    if (json) {
      const all = batches.map(async (batch) => accountOf(batch, await store.failures(batch.id)));
      return printJson(await Promise.all(all));
    }
    if (batches.length === 0) return print('There is no batch.');
    const rows = batches.map((batch) => {
      const { total, answered, failed } = countsOf(batch);
      const created = new Date(Number(batch.created_at_ms)).toISOString().slice(0, 16);
      return [batch.id, batch.state, ...[answered, failed, total].map(formatCount), created];
    });
    const head = ['ID', 'STATE', 'ANSWERED', 'FAILED', 'LINES', 'SINCE'];
    print(tableText(rows, { head }));
  });
}

/** `holdfast batch status <batch>`: an id, or the folder of its results. */
export function batchStatusCommand(named: string, { json }: JsonOption): Promise<void> {
  return withBatches(async (store) => {
    const batch = await batchNamed(store, named);
    const failures = await store.failures(batch.id);
    if (json) return printJson(accountOf(batch, failures));
    const seen = [{ atMs: 0, counts: countsOf(batch) }];
    const { id, state, parked } = batch;
    const park =
      parked === null
        ? []
        : [
            `No line goes on, and none has failed for it: ${parked}`,
            `Mend it, then run the same \`holdfast batch run\` again, or \`holdfast batch resume ${named}\` where its server runs.`,
          ];
    print([`${id}: ${state}`, ...park, ...describeProgress(seen, failures)].join('\n'));
  });
}

/** `holdfast batch pause <batch>` */
export const batchPauseCommand = telling('paused: what is under way ends', (client, id) =>
  pauseBatch(client, id, true),
);

/** `holdfast batch resume <batch>`: of one that was paused, or that waits for a person. */
export const batchResumeCommand = telling('goes on', async (client, id) => {
  if (waitsFor(await describeWorkflow(client, id)) !== undefined) await resume(client, id);
  await pauseBatch(client, id, false);
});

/** `holdfast batch cancel <batch>` */
export const batchCancelCommand = telling(
  'cancelled: what has ended is kept, and the same `batch run` would send the rest',
  (client, id) => cancel(client, id),
);

type Tell = (client: Connected['client'], id: string) => Promise<unknown>;

function telling(done: string, tell: Tell) {
  return (named: string, flags: JsonOption): Promise<void> =>
    withBatches(async (store) => {
      const { id } = await batchNamed(store, named);
      if (!(await useServerOfFolder())) {
        throw new CommandError(
          'unreachable',
          'no server of this folder runs, so no batch of it does either; `holdfast batch run` goes on with one',
        );
      }
      const { client } = await connectTelling(flags);
      const { status } = await describeWorkflow(client, id);
      if (status.name !== 'RUNNING') {
        throw new CommandError('usage', `${id} does not run: it is ${status.name.toLowerCase()}`);
      }
      await tell(client, id);
      if (flags.json) printJson({ id, done: done.split(':')[0] });
      else print(`${id} ${done}`);
    });
}

async function batchNamed(store: BatchStore, named: string): Promise<StoredBatch> {
  const byFolder = existsSync(named) ? await store.read(batchIdFor(named)) : undefined;
  const batch = byFolder ?? (await store.read(named));
  if (batch) return batch;
  throw new CommandError('notFound', `there is no batch ${named}; \`holdfast batch list\``);
}
