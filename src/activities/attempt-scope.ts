import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure, TemporalFailure } from '@temporalio/common';
import { describeAttemptError } from '../failures/attempt-error.ts';
import { createFailure } from '../failures/create-failure.ts';
import { unexpectedError } from './unexpected-error.ts';

/** What the attempts of one scheduling tell the ones after them; it travels with the heartbeats. */
interface Notes {
  /** Attempts that came to their end. The others were killed: nobody knows what they sent. */
  readonly ended: number;
  /** Time spent waiting, which no budget counts. */
  readonly waitedMs: number;
  /** Attempts that may have been billed without an answer. */
  readonly possiblyBilled: number;
  /** Attempts that ended before anything was sent, because the gate held them back. */
  readonly heldBack: number;
  /** Time since the first scheduling when this attempt may start, what was waited taken out. */
  readonly elapsedMs: number;
}

/** What an activity's work gets: when to stop, and how to say that it lives. */
export interface AttemptScope {
  /** Aborts on cancellation and, after the grace period, on the worker's shutdown. */
  readonly signal: AbortSignal;
  readonly workflowId: string;
  readonly runId: string;
  /** Counted from 1 within this scheduling of the activity. */
  readonly attempt: number;
  /**
   * Time since the activity was first scheduled, by the server's clock, plus this attempt so far,
   * without what was waited.
   */
  readonly elapsedMs: () => number;
  /** Takes time out of {@link elapsedMs}, for this attempt and those after it. */
  readonly waited: (milliseconds: number) => void;
  /** Attempts of this scheduling that may have been billed without an answer, killed ones included. */
  readonly possiblyBilled: () => number;
  /** Counts this attempt among them. */
  readonly mayHaveBeenBilled: () => void;
  /** Earlier attempts of this scheduling that the gate held back. */
  readonly heldBack: number;
  /** Counts this attempt among them. */
  readonly wasHeldBack: () => void;
  /** Whether {@link signal} aborted because the worker stops, not because of a cancellation. */
  readonly isWorkerStopping: () => boolean;
}

/** Cancellation reaches an activity only with a heartbeat; the worker throttles what is too much. */
const heartbeatIntervalMs = 500;

/**
 * Runs one attempt of an activity: heartbeats while it works, and tells the two reasons to stop
 * apart. Cancelled stays cancelled; a worker that shuts down is `WorkerLost`, which is retried.
 *
 * @param callers aborts when the work's own caller wants no answer any more: it gets its reason back.
 * @throws TemporalFailure always one with a type, also for a bug.
 */
export async function runAttempt<T>(
  work: (scope: AttemptScope) => Promise<T>,
  callers?: AbortSignal,
): Promise<T> {
  const context = Context.current();
  const { info } = context;
  const startedMs = performance.now();
  const before = notesOf(info.heartbeatDetails);
  // By the server's clock: until the last attempt failed. The delay after that is in its notes.
  const queuedMs = info.currentAttemptScheduledTimestampMs - info.scheduledTimestampMs;
  const earlierMs = Math.max(0, queuedMs - before.waitedMs, before.elapsedMs);
  const killed = Math.max(0, info.attempt - 1 - before.ended);
  let notes: Notes = {
    ...before,
    possiblyBilled: before.possiblyBilled + killed,
    ended: info.attempt - 1,
  };
  const heart = setInterval(() => context.heartbeat(notes), heartbeatIntervalMs);
  const elapsedMs = () =>
    earlierMs + (performance.now() - startedMs) - (notes.waitedMs - before.waitedMs);
  const isWorkerStopping = () => context.cancellationDetails?.workerShutdown === true;
  try {
    return await work({
      signal: context.cancellationSignal,
      workflowId: info.workflowExecution?.workflowId ?? info.activityId,
      runId: info.workflowExecution?.runId ?? '',
      attempt: info.attempt,
      elapsedMs,
      waited: (milliseconds) => {
        notes = { ...notes, waitedMs: notes.waitedMs + Math.round(milliseconds) };
      },
      possiblyBilled: () => notes.possiblyBilled,
      mayHaveBeenBilled: () => {
        notes = { ...notes, possiblyBilled: notes.possiblyBilled + 1 };
      },
      heldBack: before.heldBack,
      wasHeldBack: () => {
        notes = { ...notes, heldBack: notes.heldBack + 1 };
      },
      isWorkerStopping,
    });
  } catch (error) {
    // What was decided about this attempt stands, also when it must stop at the same moment.
    if (error instanceof ApplicationFailure || !context.cancellationSignal.aborted) {
      // The last heartbeat of a failed attempt is kept for the next one.
      const nextMs = Math.round(elapsedMs() + delayAfter(error));
      context.heartbeat({ ...notes, ended: info.attempt, elapsedMs: nextMs });
      if (error instanceof TemporalFailure || callers?.aborted) throw error;
      const { fields } = unexpectedError('worker', error);
      throw createFailure(fields.type, describeAttemptError(fields));
    }
    if (isWorkerStopping()) {
      throw createFailure('WorkerLost', 'the worker was shut down during the attempt');
    }
    throw error instanceof CancelledFailure ? error : new CancelledFailure('cancelled');
  } finally {
    clearInterval(heart);
  }
}

function notesOf(details: unknown): Notes {
  const known = (typeof details === 'object' && details !== null ? details : {}) as Partial<Notes>;
  return {
    ended: known.ended ?? 0,
    waitedMs: known.waitedMs ?? 0,
    possiblyBilled: known.possiblyBilled ?? 0,
    heldBack: known.heldBack ?? 0,
    elapsedMs: known.elapsedMs ?? 0,
  };
}

/** The wait that a failure brings along, in milliseconds. */
function delayAfter(error: unknown): number {
  const delay = error instanceof ApplicationFailure ? error.nextRetryDelay : undefined;
  return typeof delay === 'number' ? delay : 0;
}
