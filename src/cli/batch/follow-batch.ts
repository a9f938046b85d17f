import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { partialResults } from '../../batch/output/write-results.ts';
import type { BatchStore } from '../../batch/store/batch-store.ts';
import type { StoredBatch } from '../../batch/store/batch-tables.ts';
import { describeWorkflow, waitsFor } from '../../client/describe-workflow.ts';
import { notTakenUp } from '../../client/not-taken-up.ts';
import { namespaceIdOf } from '../../wire/namespace-id.ts';
import { parksFromMemo } from '../../wire/park-memo.ts';
import { CommandError } from '../command-error.ts';
import type { ProgressView } from './progress-view.ts';

/** What is followed. */
export interface Followed {
  readonly client: Client;
  readonly store: BatchStore;
  readonly id: string;
  readonly folder: string;
  readonly view: ProgressView;
  readonly signal: AbortSignal;
}

const lookEveryMs = 500;
/** The server is asked less often: what ends, the database says. */
const askEveryMs = 3000;

/**
 * Shows a batch until all of its lines have ended, and writes what has ended.
 *
 * @returns the batch as it ended; `undefined` when it was interrupted.
 * @throws CommandError when it waits for a person, or failed.
 */
export async function followBatch(followed: Followed): Promise<StoredBatch | undefined> {
  const { client, store, id, folder, view, signal } = followed;
  const partial = partialResults(store, id, folder);
  let askedMs = performance.now();
  let wasNotTaken = false;
  let told: string | undefined;
  let wasElsewhere = false;
  const server = await namespaceIdOf(client);
  try {
    while (!signal.aborted) {
      const batch = await store.read(id);
      await partial.add();
      if (batch) view.show(batch, await store.failures(id));
      if (isOver(batch)) return batch;
      if (performance.now() - askedMs > askEveryMs) {
        askedMs = performance.now();
        await assertRuns();
      }
      await sleep(lookEveryMs, undefined, { signal }).catch(() => {});
    }
    return undefined;
  } finally {
    await partial.close();
    view.end();
  }

  async function assertRuns(): Promise<void> {
    const described = await describeWorkflow(client, id);
    const type = waitsFor(described);
    if (type !== undefined) {
      const [parked] = parksFromMemo(described.memo);
      const why = parked?.reasons.join('; ') ?? type;
      throw new CommandError(
        'parked',
        `no line goes on, and none has failed for it: ${why}. Mend it, then run the same command again`,
        { kind: type, details: { id } },
      );
    }
    const { name } = described.status;
    if (name !== 'RUNNING' && name !== 'CONTINUED_AS_NEW') {
      if (isOver(await store.read(id))) return;
      throw new CommandError('failed', `${id} is ${name.toLowerCase().replace('_', ' ')}`);
    }
    const failure = described.raw.pendingActivities?.find(({ lastFailure }) => lastFailure);
    const { message, timeoutFailureInfo, applicationFailureInfo } = failure?.lastFailure ?? {};
    // A worker that was told to end has lost nothing.
    const isOfEnd = applicationFailureInfo?.type === 'WorkerLost';
    const words = timeoutFailureInfo ? 'its worker was lost' : (!isOfEnd && message) || undefined;
    if (words !== undefined && words !== told)
      view.say(`a range of lines is tried again: ${words}`);
    told = words;
    const idle = await notTakenUp(client, described);
    if (idle && !idle.isServed && !wasNotTaken) view.say(`${idle.reason}`);
    wasNotTaken = idle !== undefined;
    const isElsewhere = await store.isRunElsewhere(id, server);
    if (isElsewhere && !wasElsewhere) view.say(runElsewhere);
    wasElsewhere = isElsewhere;
  }
}

const runElsewhere =
  'another Temporal server or namespace runs lines of this batch; they go on here when it has ended, or said nothing for 30 seconds';

function isOver(batch: StoredBatch | undefined): boolean {
  return batch?.state === 'ended' || batch?.state === 'cancelled';
}
