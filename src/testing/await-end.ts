import { setTimeout as sleep } from 'node:timers/promises';
import {
  Client,
  type Connection,
  WorkflowFailedError,
  type WorkflowHandle,
} from '@temporalio/client';
import { causes } from '../failures/find-failure.ts';
import { parkedFromMemo } from '../wire/describe-park.ts';
import type { Parked } from '../wire/progress.ts';
import { placeIn } from './place-in.ts';

/** How a workflow ends, as far as a test can wait for it. */
export type End =
  | { readonly kind: 'completed'; readonly value: unknown }
  | { readonly kind: 'parked'; readonly parked: Parked };

/** How often a workflow is looked at that has not ended. */
const pollMs = 200;
/** `WORKFLOW_WORKER_UNHANDLED_FAILURE` and `NON_DETERMINISTIC_ERROR` of Temporal's API. */
const failedTaskCauses: readonly unknown[] = [20, 24];

/**
 * Skips time until a workflow has ended or waits for a person.
 *
 * @param trouble rejects with a mistake of the test itself.
 * @throws Error when it failed, or one of its tasks did, which Temporal would try again for ever:
 * with the place in the workflow's code where there is one.
 */
export async function awaitEnd(
  { connection, namespace }: { readonly connection: Connection; readonly namespace: string },
  workflowId: string,
  trouble: Promise<never>,
): Promise<End> {
  // A client that leaves the clock alone: one that skips time would go on skipping when it is stopped.
  const handle = new Client({ connection, namespace }).workflow.getHandle(workflowId);
  const stop = new AbortController();
  await connection.testService?.unlockTimeSkipping({});
  try {
    const result = connection.withAbortSignal(stop.signal, async (): Promise<End> => {
      return { kind: 'completed', value: await handle.result() };
    });
    return await Promise.race([result, watch(handle, stop.signal), trouble]);
  } catch (error) {
    throw error instanceof WorkflowFailedError ? failedBy(workflowId, error) : error;
  } finally {
    stop.abort();
    await connection.testService?.lockTimeSkipping({});
  }
}

async function watch(handle: WorkflowHandle, signal: AbortSignal): Promise<End> {
  let before: string | undefined;
  while (true) {
    await sleep(pollMs, undefined, { signal });
    await assertNoFailedTask(handle);
    const { status, memo } = await handle.describe();
    const parked = status.name === 'RUNNING' ? parkedFromMemo(memo?.holdfastParked) : undefined;
    // Twice the same: the time to its deadline, if it has one, would have been skipped.
    if (parked && parked.parkId === before) return { kind: 'parked', parked };
    before = parked?.parkId;
  }
}

async function assertNoFailedTask(handle: WorkflowHandle): Promise<void> {
  const { events } = await handle.fetchHistory();
  for (const { workflowTaskFailedEventAttributes: failed } of events ?? []) {
    if (!failed || !failedTaskCauses.includes(failed.cause)) continue;
    await handle.terminate('the test was told of its failed task').catch(() => {});
    const { message = '', stackTrace } = failed.failure ?? {};
    throw new Error(`${handle.workflowId} cannot go on: ${message}${placeIn(stackTrace)}`);
  }
}

function failedBy(workflowId: string, error: WorkflowFailedError): Error {
  const all = [...causes(error)];
  const { message } = all.at(-1) ?? error;
  const place = all.map(({ stack }) => placeIn(stack)).find((each) => each !== '');
  return new Error(`${workflowId} failed: ${message}${place ?? ''}`, { cause: error });
}
