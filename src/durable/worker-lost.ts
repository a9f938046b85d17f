import { ActivityFailure, TimeoutFailure } from '@temporalio/workflow';
import { createFailure } from '../failures/create-failure.ts';
import type { FailureDetails } from '../failures/failure-details.ts';
import { findFailure, isCancelled } from '../failures/find-failure.ts';

/**
 * An activity that a worker left unfinished, or that none took up in time, as `WorkerLost`: Temporal
 * says only that it timed out. Every other error comes back as it is.
 *
 * @param details what the step has used up; those of the failure that was found by default.
 */
export function asWorkerLost(error: Error, details?: FailureDetails): Error {
  if (!(error instanceof ActivityFailure) || isCancelled(error)) return error;
  const found = findFailure(error);
  // The failure of an attempt before the timeout tells more.
  if (found ? found.type !== 'WorkerLost' : !(error.cause instanceof TimeoutFailure)) return error;
  const message = found ? `${found.message}, and no attempts are left` : 'no worker did it in time';
  return createFailure('WorkerLost', message, {
    final: true,
    details: details ?? found?.details ?? {},
    cause: error,
  });
}
