import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  Client,
  type Connection,
  WorkflowFailedError,
  type WorkflowHandle,
} from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { causes } from '../failures/find-failure.ts';
import { parksFromMemo } from '../wire/park-memo.ts';
import type { Parked } from '../wire/progress.ts';

/** How a workflow ends, as far as a test can wait for it. */
export type End =
  | { readonly kind: 'completed'; readonly value: unknown }
  | { readonly kind: 'parked'; readonly parked: Parked };

/** How long the worker has for what is to do now, before time is skipped. */
const pollMs = 50;
/** Skipped at first, and twice as much each time that nothing came of it. */
const firstStepMs = 1000;
const longestStepMs = 24 * 60 * 60 * 1000;
/** A step that lasts, because an attempt runs, does not keep a failed task from being seen. */
const lookAgainMs = 500;
/** `WORKFLOW_WORKER_UNHANDLED_FAILURE` and `NON_DETERMINISTIC_ERROR` of Temporal's API. */
const failedTaskCauses: readonly unknown[] = [14, 24];

/**
 * Skips time until a workflow has ended or waits for a person. It skips in steps: a server that skips
 * as it likes ends in the same moment every workflow that waits.
 *
 * @param options.patient with a park that has a deadline: that one is skipped to.
 * @param options.trouble rejects with a mistake of the test itself.
 * @throws Error when it failed, or one of its tasks did, which Temporal would try again for ever:
 * with the place in the workflow's code where there is one.
 */
export async function awaitEnd(
  { connection, namespace }: { readonly connection: Connection; readonly namespace: string },
  workflowId: string,
  { patient, trouble }: { readonly patient: boolean; readonly trouble: Promise<never> },
): Promise<End> {
  const handle = new Client({ connection, namespace }).workflow.getHandle(workflowId);
  const stop = new AbortController();
  try {
    const result = connection.withAbortSignal(stop.signal, async (): Promise<End> => {
      return { kind: 'completed', value: await handle.result() };
    });
    const parked = watch(handle, connection, patient, stop.signal);
    return await Promise.race([result, parked, trouble]);
  } catch (error) {
    if (error instanceof WorkflowFailedError) throw failedBy(workflowId, error);
    // Or it would be tried again for as long as the world lasts.
    await handle.terminate('the test has failed').catch(() => {});
    throw error;
  } finally {
    stop.abort();
  }
}

async function watch(
  handle: WorkflowHandle,
  connection: Connection,
  patient: boolean,
  signal: AbortSignal,
): Promise<End> {
  let seen = 0;
  let stepMs = firstStepMs;
  let skipping: Promise<unknown> | undefined;
  while (true) {
    await sleep(pollMs, undefined, { signal });
    await assertNoFailedTask(handle);
    const { status, memo, historyLength } = await handle.describe();
    const parks = status.name === 'RUNNING' ? parksFromMemo(memo) : [];
    const parked = parks.find(({ until }) => !(patient && until));
    if (parked) return { kind: 'parked', parked };
    if (historyLength !== seen) stepMs = firstStepMs;
    else {
      const ended = () => {
        skipping = undefined;
      };
      skipping ??= skip(connection, stepMs, signal).then(ended, ended);
      await Promise.race([skipping, sleep(lookAgainMs, undefined, { signal })]);
      stepMs = Math.min(2 * stepMs, longestStepMs);
    }
    seen = historyLength;
  }
}

async function skip(connection: Connection, stepMs: number, signal: AbortSignal): Promise<void> {
  await connection.withAbortSignal(signal, async () =>
    connection.testService?.unlockTimeSkippingWithSleep({ duration: msToTs(stepMs) }),
  );
}

async function assertNoFailedTask(handle: WorkflowHandle): Promise<void> {
  const { events } = await handle.fetchHistory();
  for (const { workflowTaskFailedEventAttributes: failed } of events ?? []) {
    if (!failed || !failedTaskCauses.includes(failed.cause)) continue;
    const { message = '', stackTrace } = failed.failure ?? {};
    throw new Error(`${handle.workflowId} cannot go on: ${message}${placeIn(stackTrace)}`);
  }
}

function failedBy(workflowId: string, error: WorkflowFailedError): Error {
  const all = [...causes(error.cause)];
  const { message } = all.at(-1) ?? error;
  const place = all.map(({ stack }) => placeIn(stack)).find((each) => each !== '');
  return new Error(`${workflowId} failed: ${message}${place ?? ''}`, { cause: error });
}

const library = fileURLToPath(new URL('..', import.meta.url));

/** ` (at <file>:<line>:<column>)` of the first frame that is the project's own; else nothing. */
function placeIn(stack: string | null | undefined): string {
  const places = [...(stack ?? '').matchAll(/^\s+at .*?\(?([^\s()]+:\d+:\d+)\)?$/gm)];
  const own = places.flatMap(([, place = '']) => place.replace(/^file:\/\//, '')).find(isOwn);
  return own === undefined ? '' : ` (at ${own})`;
}

function isOwn(place: string): boolean {
  return !/node_modules|node:|^(webpack|evalmachine)/.test(place) && !place.startsWith(library);
}
