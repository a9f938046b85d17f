import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TimeoutFailure,
} from '@temporalio/common';
import { type FailureDetails, readDetails } from './failure-details.ts';
import { type FailureType, isFailureType } from './failure-types.ts';

/** A failure of ours as found in a chain of causes. */
export interface FoundFailure {
  readonly type: FailureType;
  readonly message: string;
  readonly details: FailureDetails;
}

/**
 * Finds the failure that tells the story in an error as it comes out of `proxyActivities`,
 * `handle.result()` or `describe()`: the first of our types along the causes. A heartbeat or
 * start-to-close timeout without one is what a killed worker leaves: `WorkerLost`.
 * `undefined` for errors that are none of ours.
 */
export function findFailure(error: unknown): FoundFailure | undefined {
  let timedOut: TimeoutFailure | undefined;
  for (const link of causes(error)) {
    if (link instanceof ApplicationFailure && isFailureType(link.type)) {
      return {
        type: link.type,
        message: link.message,
        details: readDetails(link.details?.[0]),
      };
    }
    if (link instanceof TimeoutFailure) timedOut ??= link;
  }
  if (timedOut?.timeoutType === 'HEARTBEAT' || timedOut?.timeoutType === 'START_TO_CLOSE') {
    return { type: 'WorkerLost', message: 'the worker stopped answering', details: {} };
  }
  return undefined;
}

/** What an activity that was stopped from outside said last, as far as it came through. */
export interface LastWords {
  /** Of the last heartbeat of one that fell silent. */
  readonly heartbeat?: unknown;
  /** Of one that was cancelled. */
  readonly cancelled?: FailureDetails;
}

/** Finds what Temporal hands on for an activity that could not end as it wanted. */
export function findLastWords(error: unknown): LastWords {
  for (const link of causes(error)) {
    if (link instanceof TimeoutFailure) return { heartbeat: link.lastHeartbeatDetails };
    if (link instanceof CancelledFailure) return { cancelled: readDetails(link.details?.[0]) };
  }
  return {};
}

/**
 * Whether an error means that cancellation was asked for. A cancel together with a missed heartbeat
 * arrives as a `TimeoutFailure` whose `retryState` tells (observed).
 */
export function isCancelled(error: unknown): boolean {
  for (const link of causes(error)) {
    if (link instanceof CancelledFailure) return true;
    if (
      (link instanceof ActivityFailure || link instanceof ChildWorkflowFailure) &&
      link.retryState === 'CANCEL_REQUESTED'
    ) {
      return true;
    }
  }
  return false;
}

/** The error and its causes, outermost first; stops at ten so that a cycle cannot hang it. */
function* causes(error: unknown): Generator<Error> {
  let link = error;
  for (let depth = 0; depth < 10 && link instanceof Error; depth += 1) {
    yield link;
    link = link.cause;
  }
}
