import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { backoffMs, delayRange, jitteredDelayMs } from '../../src/policies/backoff.ts';

const policy = {
  initialIntervalMs: 500,
  backoffCoefficient: 2,
  maximumIntervalMs: 30_000,
  jitter: 0.5,
};

describe('t_k = min(t_max, t_0 * c^k)', () => {
  const delaysMs = [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000];
  for (const [retry, delayMs] of delaysMs.entries()) {
    test(`retry ${retry} -> ${delayMs} ms`, () => assert.equal(backoffMs(policy, retry), delayMs));
  }
  test('retry 5000, beyond what a number holds -> the cap', () => {
    assert.equal(backoffMs(policy, 5000), 30_000);
  });
  test('coefficient 1 -> constant', () => {
    assert.equal(backoffMs({ ...policy, backoffCoefficient: 1 }, 9), 500);
  });
});

describe('jitter takes a random share off', () => {
  // [jitter, random, delay of the first retry]
  const rows = [
    [0, 0, 500],
    [0, 0.99, 500],
    [0.5, 0, 250],
    [0.5, 0.5, 375],
    [0.5, 0.999999, 500],
    [1, 0, 1],
    [1, 0.25, 125],
  ] as const;
  for (const [jitter, random, delayMs] of rows) {
    test(`jitter ${jitter}, random ${random} -> ${delayMs} ms`, () => {
      assert.equal(
        jitteredDelayMs({ ...policy, jitter }, 0, () => random),
        delayMs,
      );
    });
  }
  test('the envelope of the fourth retry', () => {
    assert.deepEqual(delayRange(policy, 3), { minimumMs: 2000, maximumMs: 4000 });
  });
});
