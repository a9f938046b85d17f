import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { workflowIdFor } from '../wire/identifiers.ts';
import { type ClosedOutcome, closedOutcome } from './closed-outcome.ts';
import { describeWorkflow, waitsFor } from './describe-workflow.ts';
import { notTakenUp, taskFailure } from './not-taken-up.ts';

/**
 * How a workflow came out; `parked` when it cannot go on without a person, `stuck` when it cannot
 * without another worker.
 */
export type WorkflowOutcome =
  | ClosedOutcome
  | { readonly kind: 'parked'; readonly waitsFor: string }
  | { readonly kind: 'stuck'; readonly reason: string };

/** How often a workflow that is not done is asked whether it can go on. */
const parkedPollMs = 1000;
/** A step that no worker has taken for so long, or that fails for so long, is told. */
export const untoldMs = 3000;

/** How a workflow is waited for. */
export interface OutcomeOptions {
  /** Stops the waiting, not the workflow. */
  readonly signal?: AbortSignal;
  /** Told once, in a sentence, when no worker has taken the next step for 3 s; the waiting goes on. */
  readonly onNotTakenUp?: (reason: string) => void;
}

/**
 * Waits for a workflow's result, or until it cannot go on.
 *
 * @param id as it was given to the start.
 * @throws ClientError `not found`
 */
export async function workflowOutcome(
  client: Client,
  id: string,
  { signal, onNotTakenUp }: OutcomeOptions = {},
): Promise<WorkflowOutcome> {
  const { runId } = await describeWorkflow(client, id);
  const stop = new AbortController();
  const stopped = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]);
  const outcome = client.connection.withAbortSignal(stopped, () =>
    closedOutcome(client, workflowIdFor(id), runId),
  );
  // When the workflow parks or the caller leaves, its rejection is not to count as unhandled.
  outcome.catch(() => undefined);
  const startedMs = performance.now();
  let sinceMs: number | undefined;
  let isTold = false;
  try {
    while (true) {
      const closed = await Promise.race([
        outcome,
        sleep(parkedPollMs, undefined, { signal: stopped }),
      ]);
      if (closed) return closed;
      const description = await describeWorkflow(client, id);
      const waiting = waitsFor(description);
      if (waiting !== undefined) return { kind: 'parked', waitsFor: waiting };
      const reason = await taskFailure(client, description);
      if (reason !== undefined && performance.now() - startedMs >= untoldMs) {
        return { kind: 'stuck', reason };
      }
      const waits = isTold || !onNotTakenUp ? undefined : await notTakenUp(client, description);
      // The first round is a second after the start: what waits then has waited since before.
      sinceMs = waits && (sinceMs ?? performance.now() - parkedPollMs);
      if (waits && performance.now() - (sinceMs ?? 0) >= untoldMs - parkedPollMs / 2) {
        isTold = true;
        onNotTakenUp?.(waits.reason);
      }
    }
  } finally {
    stop.abort();
  }
}
