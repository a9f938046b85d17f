import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  ActivityFailure,
  CancelledFailure,
  RetryState,
  TimeoutFailure,
  TimeoutType,
} from '@temporalio/common';
import { asWorkerLost } from '../../src/durable/worker-lost.ts';
import { createFailure } from '../../src/failures/create-failure.ts';
import type { FailureDetails } from '../../src/failures/failure-details.ts';
import { findFailure } from '../../src/failures/find-failure.ts';

function failed(cause: Error, retryState: RetryState = RetryState.MAXIMUM_ATTEMPTS_REACHED) {
  return new ActivityFailure('Activity task failed', 'charge', '1', retryState, 'worker', cause);
}

function timedOut(timeoutType: TimeoutType, cause?: Error) {
  return Object.assign(new TimeoutFailure('timed out', undefined, timeoutType), { cause });
}

const { HEARTBEAT, START_TO_CLOSE, SCHEDULE_TO_START, SCHEDULE_TO_CLOSE } = TimeoutType;
const drained = createFailure('WorkerLost', 'the worker was shut down during the attempt', {
  details: { attempt: 3 },
});
const limited = createFailure('RateLimited', '429 RateLimited', { details: { attempt: 2 } });
const silence = 'the worker stopped answering, and no attempts are left';
const noWorker = 'no worker did it in time';

// biome-ignore format: a table is read by its columns
const rows: readonly (readonly [what: string, error: Error, effect: string | 'as it is', call: string | 'as it is'])[] = [
  ['no heartbeat any more', failed(timedOut(HEARTBEAT)), silence, silence],
  ['one attempt took too long', failed(timedOut(START_TO_CLOSE)), silence, silence],
  ['never taken up', failed(timedOut(SCHEDULE_TO_START)), noWorker, noWorker],
  ['no time left, and nothing known', failed(timedOut(SCHEDULE_TO_CLOSE)), noWorker, noWorker],
  ['no time left, after an attempt that failed', failed(timedOut(SCHEDULE_TO_CLOSE, limited)), 'as it is', 'as it is'],
  ['a worker that drains, in the last attempt', failed(drained), 'as it is', 'the worker was shut down during the attempt, and no attempts are left'],
  ['a failure of another type', failed(limited), 'as it is', 'as it is'],
  ['cancelled', failed(new CancelledFailure('cancelled')), 'as it is', 'as it is'],
  ['cancelled, and no heartbeat any more', failed(timedOut(HEARTBEAT), RetryState.CANCEL_REQUESTED), 'as it is', 'as it is'],
  ['nothing of an activity', drained, 'as it is', 'as it is'],
];

describe('what a worker left undone is WorkerLost', () => {
  for (const [what, error, effect, call] of rows) {
    test(`${what}: of an effect`, () => assertLost(error, effect));
    test(`${what}: of a call, which counts its attempts`, () =>
      assertLost(error, call, { requestId: 'order-1/extract', attempt: 8 }));
  }
});

function assertLost(error: Error, expected: string, details?: FailureDetails): void {
  const lost = asWorkerLost(error, details);
  if (expected === 'as it is') {
    assert.equal(lost, error);
    return;
  }
  assert.equal(lost.cause, error);
  assert.deepEqual(findFailure(lost), {
    type: 'WorkerLost',
    message: expected,
    details: details ?? {},
  });
}
