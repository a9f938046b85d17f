import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TimeoutFailure,
} from '@temporalio/common';
import { type FailureDetails, readDetails } from './failure-details.ts';
import { type FailureType, isFailureType } from './failure-types.ts';

/** A failure of our types, as found along an error's causes. */
export interface FoundFailure {
  readonly type: FailureType;
  readonly message: string;
  readonly details: FailureDetails;
}

/**
 * Finds the first failure of our types along the causes of an error from `proxyActivities`,
 * `handle.result()` or `describe()`. A heartbeat or start-to-close timeout without one is what a
 * killed worker leaves: `WorkerLost`. `undefined` for any other error.
 */
export function findFailure(error: unknown): FoundFailure | undefined {
  let timedOut: TimeoutFailure | undefined;
  for (const link of causes(error)) {
    if (link instanceof ApplicationFailure && isFailureType(link.type)) {
      return { type: link.type, message: link.message, details: readDetails(link.details?.[0]) };
    }
    if (link instanceof TimeoutFailure) timedOut ??= link;
  }
  if (timedOut && isWorkersTimeout(timedOut)) {
    return { type: 'WorkerLost', message: 'the worker stopped answering', details: {} };
  }
  return undefined;
}

/** Whether an attempt had begun that its worker did not end. */
function isWorkersTimeout({ timeoutType }: TimeoutFailure): boolean {
  return timeoutType === 'HEARTBEAT' || timeoutType === 'START_TO_CLOSE';
}

/** The details of an activity that was stopped: of its last heartbeat, or of its cancellation. */
export function findStopDetails(error: unknown): {
  readonly heartbeat?: unknown;
  /** It was under way when it was last heard of, if ever. */
  readonly isLost?: boolean;
  readonly cancelled?: FailureDetails;
} {
  for (const link of causes(error)) {
    if (link instanceof TimeoutFailure) {
      return { heartbeat: link.lastHeartbeatDetails, isLost: isWorkersTimeout(link) };
    }
    if (link instanceof CancelledFailure) return { cancelled: readDetails(link.details?.[0]) };
  }
  return {};
}

/**
 * Whether an error means that cancellation was asked for. A cancellation together with a missed
 * heartbeat arrives as a timeout: only the `retryState` of the failure around it tells (observed).
 */
export function isCancelled(error: unknown): boolean {
  return [...causes(error)].some((link) =>
    link instanceof ActivityFailure || link instanceof ChildWorkflowFailure
      ? link.retryState === 'CANCEL_REQUESTED'
      : link instanceof CancelledFailure,
  );
}

/** Whether an error of Temporal's client has one of these codes of gRPC. */
export function hasCode(error: unknown, ...codes: readonly unknown[]): boolean {
  return [...causes(error)].some((link) => 'code' in link && codes.includes(link.code));
}

/** The error and its causes, outermost first; stops at ten so that a cycle cannot hang it. */
export function* causes(error: unknown): Generator<Error> {
  let link = error;
  for (let depth = 0; depth < 10 && link instanceof Error; depth += 1) {
    yield link;
    link = link.cause;
  }
}
