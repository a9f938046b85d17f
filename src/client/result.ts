import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { workflowIdFor } from '../wire/identifiers.ts';
import { type ClosedOutcome, closedOutcome } from './closed-outcome.ts';
import { describeWorkflow, waitsFor } from './describe-workflow.ts';
import { taskFailure } from './task-failure.ts';

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

/**
 * Waits for a workflow's result, or until it cannot go on.
 *
 * @param id as it was given to the start.
 * @param options.signal stops the waiting, not the workflow.
 * @throws ClientError `not found`
 */
export async function workflowOutcome(
  client: Client,
  id: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<WorkflowOutcome> {
  const { runId } = await describeWorkflow(client, id);
  const stop = new AbortController();
  const stopped = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]);
  const outcome = client.connection.withAbortSignal(stopped, () =>
    closedOutcome(client, workflowIdFor(id), runId),
  );
  // When the workflow parks or the caller leaves, its rejection is not to count as unhandled.
  outcome.catch(() => undefined);
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
      if (reason !== undefined) return { kind: 'stuck', reason };
    }
  } finally {
    stop.abort();
  }
}
