import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  ActivityFailure,
  CancelledFailure,
  RetryState,
  TimeoutFailure,
  TimeoutType,
} from '@temporalio/common';
import { failedCosts } from '../../src/durable/call-so-far.ts';
import { createFailure } from '../../src/failures/create-failure.ts';

const inActivity = (cause: Error, retryState: RetryState) =>
  new ActivityFailure('Activity task failed', 'callModel', '1', retryState, 'worker', cause);
const silent = (notes: unknown, retryState: RetryState = RetryState.MAXIMUM_ATTEMPTS_REACHED) =>
  inActivity(new TimeoutFailure('timed out', notes, TimeoutType.HEARTBEAT), retryState);
const failedUsage = { inputTokens: 11, outputTokens: 7 };
const notes = { attempt: 3, ended: 2, waitedMs: 0, possiblyBilled: 1, elapsedMs: 0 };
const refused = createFailure('ContentRejected', 'no', {
  details: { attempt: 4, failedInputTokens: 11, failedOutputTokens: 7 },
});

/** Of a scheduling after three others had used three attempts: five are left to it. */
function costsOf(error: unknown) {
  const scheduledAtMs = Date.now() - 60_000;
  const { elapsedMs, ...costs } = failedCosts(error, {
    attemptsUsed: 3,
    attemptsLeft: 5,
    elapsedMs: 0,
    scheduledAtMs,
  });
  return costs;
}

// biome-ignore format: a table is read by its columns
const rows: readonly (readonly [what: string, error: unknown, expected: object])[] = [
  ['killed in the last attempt, which had told of itself', silent({ ...notes, attempt: 5, ended: 4 }), { attempts: 5, possiblyBilled: 2 }],
  ['killed again before another word: Temporal counted the rest', silent(notes), { attempts: 5, possiblyBilled: 4 }],
  ['killed, with time for no other attempt', silent(notes, RetryState.TIMEOUT), { attempts: 3, possiblyBilled: 2 }],
  ['an earlier attempt was paid for', silent({ ...notes, attempt: 5, ended: 4, failedUsage }), { attempts: 5, possiblyBilled: 2, failedUsage }],
  ['killed each time before the first word: Temporal counted them', silent(undefined), { attempts: 5, possiblyBilled: 5 }],
  ['killed before the first word, with time for no other attempt', silent(undefined, RetryState.TIMEOUT), { attempts: 1, possiblyBilled: 1 }],
  ['never begun', inActivity(new TimeoutFailure('timed out', undefined, TimeoutType.SCHEDULE_TO_START), RetryState.TIMEOUT), { attempts: 0 }],
  ['a failure that was paid for', inActivity(refused, RetryState.NON_RETRYABLE_FAILURE), { attempts: 1, failedUsage }],
  ['cancelled after sending', inActivity(new CancelledFailure('cancelled', [{ attempt: 5, possiblyBilled: 1 }]), RetryState.NON_RETRYABLE_FAILURE), { attempts: 2, possiblyBilled: 1 }],
  ['cancelled before it started', inActivity(new CancelledFailure('cancelled', ['ACTIVITY_ID_NOT_STARTED']), RetryState.NON_RETRYABLE_FAILURE), { attempts: 0 }],
  ['nothing of ours', new Error('plain'), { attempts: 0 }],
];

describe('what a scheduling has cost that ended in an error', () => {
  for (const [what, error, expected] of rows) {
    test(what, () => assert.deepEqual(costsOf(error), expected));
  }

  test('the time since it was scheduled, without the wait at the gate', () => {
    const scheduledAtMs = Date.now() - 60_000;
    const scheduling = { attemptsUsed: 0, elapsedMs: 0, scheduledAtMs };
    const { elapsedMs = 0 } = failedCosts(silent({ ...notes, waitedMs: 50_000 }), scheduling);
    assert.ok(elapsedMs >= 10_000 && elapsedMs < 20_000, `${elapsedMs}`);
  });
});
