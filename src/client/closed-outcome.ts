import { type Client, WorkflowFailedError } from '@temporalio/client';
import {
  ApplicationFailure,
  CancelledFailure,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/common';
import { findFailure } from '../failures/find-failure.ts';

/** Why a workflow closed without a result. */
export interface ClosingFailure {
  /** A failure type of ours, or `Cancelled`, `Terminated`, `TimedOut`, or a foreign type's name. */
  readonly type: string;
  readonly message: string;
}

/** How a closed workflow came out. */
export type ClosedOutcome =
  | { readonly kind: 'completed'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly failure: ClosingFailure };

/** Waits until an execution is closed, and says how it came out. */
export async function closedOutcome(
  client: Client,
  workflowId: string,
  runId: string,
): Promise<ClosedOutcome> {
  try {
    return {
      kind: 'completed',
      value: await client.workflow.getHandle(workflowId, runId).result(),
    };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return { kind: 'failed', failure: closingFailure(error) };
  }
}

/** What to report of a workflow that did not complete. */
function closingFailure(error: WorkflowFailedError): ClosingFailure {
  const { cause } = error;
  // The cancellation is reported, not the failure of the activity that it stopped.
  if (cause instanceof CancelledFailure)
    return { type: 'Cancelled', message: 'Cancelled on request' };
  if (cause instanceof TerminatedFailure) {
    return { type: 'Terminated', message: `Terminated (${cause.message || 'no reason given'})` };
  }
  const found = findFailure(error);
  if (found) return { type: found.type, message: found.message };
  if (cause instanceof TimeoutFailure) return { type: 'TimedOut', message: 'TimedOut as a whole' };
  if (cause instanceof ApplicationFailure) {
    return { type: cause.type ?? 'Error', message: cause.message };
  }
  return { type: 'Error', message: cause?.message ?? error.message };
}
