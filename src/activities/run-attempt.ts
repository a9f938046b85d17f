import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure, TemporalFailure } from '@temporalio/common';
import type { AttemptErrorFields } from '../failures/attempt-error.ts';
import { createFailure } from '../failures/create-failure.ts';
import type { FailureDetails } from '../failures/failure-details.ts';
import { billingOf } from '../policies/billing.ts';
import { addUsage, type CallCosts } from '../policies/call-costs.ts';
import { isOutageType } from '../policies/outage.ts';
import { type AttemptNotes, readNotes } from '../wire/attempt-notes.ts';
import type { Held } from '../wire/held.ts';
import { unexpectedFailure } from './unexpected-error.ts';

/**
 * Each heartbeat is a write at the server, and cancellation reaches an activity only with one: three
 * of them fit into the time after which a silent worker is taken for dead.
 */
const heartbeatsPerTimeout = 3;
/** Who waits at a gate for so long says so at once; most wait for less. */
const tellHeldAfterMs = 2000;
/** Of an activity without such a time. */
const usualTimeoutMs = 30_000;

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
  const before = readNotes(info.heartbeatDetails);
  // By the server's clock: until the last attempt failed. The delay after that is in its notes.
  const queuedMs = info.currentAttemptScheduledTimestampMs - info.scheduledTimestampMs;
  const earlierMs = Math.max(0, queuedMs - before.waitedMs, before.elapsedMs);
  const killed = Math.max(0, info.attempt - 1 - before.ended);
  const { held: _, ...kept } = before;
  let notes: AttemptNotes = {
    ...kept,
    attempt: info.attempt,
    possiblyBilled: before.possiblyBilled + killed,
    ended: info.attempt - 1,
  };
  const mayHaveBeenBilled = () => {
    notes = { ...notes, possiblyBilled: notes.possiblyBilled + 1 };
  };
  const beatEveryMs = (info.heartbeatTimeoutMs ?? usualTimeoutMs) / heartbeatsPerTimeout;
  let tellHeld: NodeJS.Timeout | undefined;
  let isHeldTold = false;
  const beat = () => {
    isHeldTold = notes.held !== undefined;
    context.heartbeat(notes);
  };
  const heart = setInterval(beat, beatEveryMs);
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
      held: (held) => {
        clearTimeout(tellHeld);
        const { held: _, ...rest } = notes;
        notes = held ? { ...rest, held } : rest;
        if (held) tellHeld = setTimeout(beat, tellHeldAfterMs);
        // Who was told that it waits is told that it goes.
        else if (isHeldTold) beat();
      },
      costs: () => ({
        elapsedMs: Math.max(0, Math.round(elapsedMs())),
        possiblyBilled: notes.possiblyBilled,
        ...(notes.failedUsage && { failedUsage: notes.failedUsage }),
      }),
      outageFailures: () => notes.outageFailures,
      failedWith: (fields) => {
        if (isOutageType(fields.type)) {
          notes = { ...notes, outageFailures: notes.outageFailures + 1 };
        }
        const failedUsage = addUsage(notes.failedUsage, fields.usage);
        if (failedUsage) notes = { ...notes, failedUsage };
        if (billingOf(fields) === 'possibly billed') mayHaveBeenBilled();
      },
      mayHaveBeenBilled,
      didNothing: before.didNothing,
      thisDidNothing: () => {
        notes = { ...notes, didNothing: notes.didNothing + 1 };
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
      throw unexpectedFailure(error);
    }
    throw error instanceof CancelledFailure && !isWorkerStopping()
      ? error
      : interruption(isWorkerStopping());
  } finally {
    clearInterval(heart);
    clearTimeout(tellHeld);
  }
}

/** The error of an attempt that has to stop: `WorkerLost` if its worker stops, else a cancellation. */
export function interruption(isWorkerStopping: boolean, details: FailureDetails = {}): Error {
  return isWorkerStopping
    ? createFailure('WorkerLost', 'the worker was shut down during the attempt', { details })
    : new CancelledFailure('cancelled', [details]);
}

/** The wait that a failure brings along, in milliseconds. */
function delayAfter(error: unknown): number {
  const delay = error instanceof ApplicationFailure ? error.nextRetryDelay : undefined;
  return typeof delay === 'number' ? delay : 0;
}

/** What every activity's work gets: when to stop, and what its scheduling has used up. */
export interface WorkScope {
  /** Aborts on cancellation and, after the grace period, on the worker's shutdown. */
  readonly signal: AbortSignal;
  readonly workflowId: string;
  readonly runId: string;
  /** Counted from 1 within this scheduling of the activity. */
  readonly attempt: number;
  /** Since the activity was first scheduled, by the server's clock, without what was waited. */
  readonly elapsedMs: () => number;
  /** What this scheduling has used up so far, killed attempts included. */
  readonly costs: () => CallCosts;
  /** Adds to that what this attempt cost although it failed. */
  readonly failedWith: (fields: AttemptErrorFields) => void;
  /** Adds this attempt to {@link costs}: it was interrupted, and may be billed. */
  readonly mayHaveBeenBilled: () => void;
  /** Whether {@link signal} aborted because the worker stops, not because of a cancellation. */
  readonly isWorkerStopping: () => boolean;
}

/** What a gate says of the work that waits at it. */
export interface GateScope {
  /** Takes time out of the elapsed time, for this attempt and those after it. */
  readonly waited: (milliseconds: number) => void;
  /** Says that it waits at a gate; `undefined`: not any more. */
  readonly held: (held: Held | undefined) => void;
  /** Attempts of this scheduling that failed as in an outage. */
  readonly outageFailures: () => number;
}

/** Attempts that are not counted: Temporal does, but nothing was done in them. */
interface UncountedScope {
  /** Earlier attempts of this scheduling that surely did nothing. */
  readonly didNothing: number;
  /** Counts this attempt among them. */
  readonly thisDidNothing: () => void;
}

/** All of it; each user names the part that it needs. */
export type AttemptScope = WorkScope & GateScope & UncountedScope;
