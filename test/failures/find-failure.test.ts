import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  TimeoutFailure,
  TimeoutType,
  WorkflowNotFoundError,
} from '@temporalio/common';
import { createFailure } from '../../src/failures/create-failure.ts';
import { findFailure, isCancelled } from '../../src/failures/find-failure.ts';

const inActivity = (cause: Error, retryState: RetryState = RetryState.NON_RETRYABLE_FAILURE) =>
  new ActivityFailure('Activity task failed', 'callModel', '1', retryState, 'worker', cause);
const timeout = (type: TimeoutType) => new TimeoutFailure('timed out', undefined, type);
const foreign = ApplicationFailure.create({ type: 'TypeError', message: 'not ours' });
const ours = createFailure('RateLimited', 'slow down', { details: { attempt: 3 } });
const nested = ApplicationFailure.create({
  type: 'Error',
  message: 'outer',
  cause: inActivity(ours),
});
const circular = new Error('circular');
circular.cause = circular;
const found = { type: 'RateLimited', message: 'slow down', details: { attempt: 3 } };
const lost = { type: 'WorkerLost', message: 'the worker stopped answering', details: {} };

// biome-ignore format: a table is read by its columns
const rows: [what: string, error: unknown, expected: unknown][] = [
  ['our failure itself', ours, found],
  ['our failure as an activity ends in it', inActivity(ours), found],
  ['our failure below a foreign one', nested, found],
  ['the outer of two of ours', createFailure('SchemaMismatch', 'outer', { cause: ours }), { type: 'SchemaMismatch', message: 'outer', details: {} }],
  ['a heartbeat that stopped', inActivity(timeout(TimeoutType.HEARTBEAT)), lost],
  ['an attempt that never ended', inActivity(timeout(TimeoutType.START_TO_CLOSE)), lost],
  ['a timeout whose cause is ours: the cause tells more', inActivity(Object.assign(timeout(TimeoutType.SCHEDULE_TO_CLOSE), { cause: ours })), found],
  ['the end of the whole time', inActivity(timeout(TimeoutType.SCHEDULE_TO_CLOSE)), undefined],
  ['a foreign failure', inActivity(foreign), undefined],
  ['a failure of ours whose details are odd', ApplicationFailure.create({ type: 'Timeout', message: 'x', details: ['text'] }), { type: 'Timeout', message: 'x', details: {} }],
  ['an error of Temporal\'s', new WorkflowNotFoundError('x', 'y', undefined), undefined],
  ['a plain error', new Error('plain'), undefined],
  ['causes in a circle', circular, undefined],
  ['no error at all', 'text', undefined],
];

describe('the failure that tells the story', () => {
  for (const [what, error, expected] of rows) {
    test(what, () => assert.deepEqual(findFailure(error), expected));
  }
});

// biome-ignore format: a table is read by its columns
const cancellations: [what: string, error: unknown, expected: boolean][] = [
  ['a cancellation', new CancelledFailure('cancelled'), true],
  ['a cancelled activity', inActivity(new CancelledFailure('cancelled')), true],
  ['a cancel with a missed heartbeat', inActivity(timeout(TimeoutType.HEARTBEAT), RetryState.CANCEL_REQUESTED), true],
  ['a missed heartbeat alone', inActivity(timeout(TimeoutType.HEARTBEAT)), false],
  ['a failure', inActivity(ours), false],
  ['no error at all', undefined, false],
];

describe('whether cancellation was asked for', () => {
  for (const [what, error, expected] of cancellations) {
    test(`${what} -> ${expected}`, () => assert.equal(isCancelled(error), expected));
  }
});
