import { ActivityFailure, TimeoutFailure } from '@temporalio/workflow';
import { createFailure } from '../failures/create-failure.ts';
import type { FailureDetails } from '../failures/failure-details.ts';
import { findFailure, isCancelled } from '../failures/find-failure.ts';

/**
 * A timeout, of which Temporal says no more than that, as `WorkerLost`: a worker left the activity
 * unfinished, or none took it up in time. A failure that has a type comes back as it is, that of a
 * worker which drains included. Only where the caller counts attempts, and so has `details`, is a
 * `WorkerLost` made anew with them, since the count says that no attempts are left.
 *
 * @param details what the step has used up; those of the failure that was found by default.
 */
export function asWorkerLost(error: Error, details?: FailureDetails): Error {
  if (!(error instanceof ActivityFailure) || isCancelled(error)) return error;
  const found = findFailure(error);
  const isTimeout = error.cause instanceof TimeoutFailure;
  // The failure of an attempt before the timeout tells more.
  if (found && found.type !== 'WorkerLost') return error;
  if (!isTimeout && !(found && details)) return error;
  const message = found ? `${found.message}, and no attempts are left` : 'no worker did it in time';
  return createFailure('WorkerLost', message, {
    final: true,
    details: details ?? found?.details ?? {},
    cause: error,
  });
}
