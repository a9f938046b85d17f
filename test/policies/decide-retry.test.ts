import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allFailureTypes } from '../../src/failures/failure-types.ts';
import { catalogue } from '../../src/policies/catalogue.ts';
import {
  decideRetry,
  type FailedAttempt,
  type RetryDecision,
} from '../../src/policies/decide-retry.ts';
import type { OutageSoFar } from '../../src/policies/outage.ts';
import type { RetryPolicy } from '../../src/policies/retry-policy.ts';

const policy: RetryPolicy = {
  ...catalogue.model,
  initialIntervalMs: 500,
  backoffCoefficient: 2,
  maximumIntervalMs: 30_000,
  maximumAttempts: 8,
  elapsedBudgetMs: 60_000,
  jitter: 0.5,
  retryAfterCapMs: 300_000,
};
const after = (delayMs: number, source: 'policy' | 'Retry-After' = 'policy'): RetryDecision => ({
  retry: true,
  delayMs,
  source,
});
const never = (why: Extract<RetryDecision, { retry: false }>['why']): RetryDecision => ({
  retry: false,
  why,
});

// biome-ignore format: a table is read by its columns
const rows: [what: string, failed: Partial<FailedAttempt>, random: number, decision: RetryDecision, changes?: Partial<RetryPolicy>][] = [
  ['first failure, least jitter', {}, 0.999999, after(500)],
  ['first failure, most jitter', {}, 0, after(250)],
  ['third failure', { attempt: 3 }, 0.5, after(1500)],
  ['seventh failure: the cap of the interval', { attempt: 7 }, 0.999999, after(30_000)],
  ['the last attempt', { attempt: 8 }, 0.5, never('attempts')],
  ['past the last attempt', { attempt: 9 }, 0.5, never('attempts')],
  ['no cap on attempts', { attempt: 500 }, 0.999999, after(30_000), { maximumAttempts: 0 }],
  ['Retry-After is the floor, jitter comes on top', { retryAfterMs: 5000 }, 0.5, after(5125, 'Retry-After')],
  ['Retry-After is never undercut', { retryAfterMs: 5000 }, 0, after(5000, 'Retry-After')],
  ['a Retry-After shorter than our own delay', { attempt: 5, retryAfterMs: 100 }, 0.5, after(6000)],
  ['a Retry-After over the longest interval is kept', { retryAfterMs: 45_000 }, 0, after(45_000, 'Retry-After')],
  ['Retry-After at its cap', { retryAfterMs: 300_000 }, 0, after(300_000, 'Retry-After'), { elapsedBudgetMs: 0 }],
  ['Retry-After over its cap', { retryAfterMs: 300_001 }, 0, never('Retry-After over cap')],
  ['Retry-After over its cap at the last attempt', { attempt: 8, retryAfterMs: 300_001 }, 0, never('Retry-After over cap')],
  ['the budget has room', { elapsedMs: 59_500 }, 0.999999, after(500)],
  ['the budget ends first', { elapsedMs: 59_501 }, 0.999999, never('elapsed')],
  ['the budget ends before Retry-After', { retryAfterMs: 60_001 }, 0, never('elapsed')],
  ['no budget', { elapsedMs: 1e12 }, 0, after(250), { elapsedBudgetMs: 0 }],
  ['did nothing: no cap counts it, and the waits grow longer', { attempt: 20, didNothing: true }, 0.999999, after(300_000), { elapsedBudgetMs: 3_600_000 }],
  ['did nothing, and the budget ends', { attempt: 20, didNothing: true, elapsedMs: 3_400_000 }, 0.999999, never('elapsed'), { elapsedBudgetMs: 3_600_000 }],
  ['did nothing, without a budget: counted', { attempt: 8, didNothing: true }, 0.5, never('attempts'), { elapsedBudgetMs: 0 }],
  ['attempts that did nothing are not counted', { attempt: 10, uncounted: 3 }, 0.5, after(22_500)],
  ['the last of those that count', { attempt: 11, uncounted: 3 }, 0.5, never('attempts')],
  ['a type this policy does not retry', { type: 'ServerError' }, 0, never('permanent'), { nonRetryableErrorTypes: ['ServerError'] }],
  ['permanent although the policy does not list it', { type: 'InvalidCredentials' }, 0, never('permanent'), { nonRetryableErrorTypes: [] }],
  ['permanent, whatever Retry-After says', { type: 'QuotaExhausted', retryAfterMs: 5000 }, 0, never('permanent')],
];

describe('whether and when to try again', () => {
  for (const [what, failed, random, decision, changes] of rows) {
    test(what, () => {
      assert.deepEqual(
        decideRetry(
          { ...policy, ...changes },
          { type: 'RateLimited', attempt: 1, ...failed },
          () => random,
        ),
        decision,
      );
    });
  }
});

const minute = 60_000;
const held = (
  delayMs: number,
  outage: OutageSoFar,
  isFree: boolean,
  source: 'policy' | 'Retry-After' = 'policy',
): RetryDecision => ({ retry: true, delayMs, source, hold: { outage, isFree } });
const met = (failures: number, billed: number, forMs?: number) => ({
  failures,
  billed,
  ...(forMs !== undefined && { forMs }),
});

// biome-ignore format: a table is read by its columns
const outages: [what: string, failed: Partial<FailedAttempt>, decision: RetryDecision][] = [
  ['the second failure is none yet', { attempt: 2, outage: met(1, 0) }, after(1000)],
  ['the third failure of its own is one; it was an attempt', { attempt: 3, elapsedMs: 1600, outage: met(2, 0) }, held(2000, met(3, 0, 1600), false)],
  ['also the last one', { attempt: 8, outage: met(2, 0) }, never('attempts')],
  ['a probe of the last attempt uses none', { attempt: 8, outage: met(5, 0, 100_000) }, held(16_000, met(6, 0, 100_000), true)],
  ['the sleep is a fifteenth of the outage so far', { attempt: 4, outage: met(60, 0, 60 * minute) }, held(4 * minute, met(61, 0, 60 * minute), true)],
  ['and at most ten minutes', { attempt: 4, outage: met(99, 0, 300 * minute) }, held(10 * minute, met(100, 0, 300 * minute), true)],
  ['refused: it was never sent', { type: 'ConnectionFailed', sent: false, attempt: 8, outage: met(9, 0, 1000) }, held(30_000, met(10, 0, 1000), true)],
  ['a reset after it was sent is an attempt', { type: 'ConnectionFailed', sent: true, attempt: 7, outage: met(9, 0, 1000) }, held(minute, met(10, 1, 1000), false)],
  ['a timeout is an attempt, a minute later', { type: 'Timeout', attempt: 3, elapsedMs: 9000, outage: met(2, 0) }, held(minute, met(3, 1, 9000), false)],
  ['then two', { type: 'Timeout', attempt: 4, outage: met(3, 1, 9000) }, held(2 * minute, met(4, 2, 9000), false)],
  ['at most ten', { type: 'ServerError', attempt: 7, outage: met(6, 4, 9000) }, held(10 * minute, met(7, 5, 9000), false)],
  ['until the attempts are used up', { type: 'ServerError', attempt: 8, outage: met(7, 5, 9000) }, never('attempts')],
  ['Retry-After is a floor there too', { attempt: 3, retryAfterMs: 90_000, outage: met(2, 0, 0) }, held(91_000, met(3, 0, 0), true, 'Retry-After')],
  ['a Retry-After over the cap is slept through', { retryAfterMs: 900_000, outage: met(0, 0) }, held(900_250, met(1, 0), false, 'Retry-After')],
  ['what no outage causes is counted as ever', { type: 'MalformedResponse', attempt: 8, outage: met(9, 0, 1000) }, never('attempts')],
  ['permanent in an outage too', { type: 'InvalidCredentials', outage: met(9, 0, 1000) }, never('permanent')],
];

describe('whether and when to try again in an outage', () => {
  for (const [what, failed, decision] of outages) {
    test(what, () => {
      assert.deepEqual(
        decideRetry(
          { ...policy, elapsedBudgetMs: 10_000 },
          { type: 'RateLimited', attempt: 1, ...failed },
          () => 0.999999,
        ),
        decision,
      );
    });
  }
});

test('the types that are retried, and no others', () => {
  const retried = allFailureTypes.filter(
    (type) => decideRetry(policy, { type, attempt: 1 }, () => 0).retry,
  );
  assert.deepEqual(retried, [
    'RateLimited',
    'Overloaded',
    'ServerError',
    'Timeout',
    'ConnectionFailed',
    'MalformedResponse',
    'OutputTruncated',
    'WorkerLost',
    'EffectInProgress',
  ]);
});
