import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { catalogue } from '../../src/policies/catalogue.ts';
import { forecastPolicy } from '../../src/policies/forecast.ts';
import type { RetryPolicy } from '../../src/policies/retry-policy.ts';

const policy: RetryPolicy = {
  ...catalogue.database,
  initialIntervalMs: 500,
  backoffCoefficient: 2,
  maximumIntervalMs: 2000,
  maximumAttempts: 5,
  elapsedBudgetMs: 0,
  jitter: 0.5,
  requestTimeoutMs: 1000,
};

describe('the forecast of a policy', () => {
  test('lists the waits and adds up the worst case', () => {
    assert.deepEqual(forecastPolicy(policy), {
      waits: [
        { minimumMs: 250, maximumMs: 500 },
        { minimumMs: 500, maximumMs: 1000 },
        { minimumMs: 1000, maximumMs: 2000 },
        { minimumMs: 1000, maximumMs: 2000 },
      ],
      endedByElapsedBudget: false,
      worstCaseMs: 10_500,
      maximumRequests: 5,
    });
  });

  test('ends with the elapsed budget, the last wait cut to it', () => {
    const forecast = forecastPolicy({ ...policy, elapsedBudgetMs: 6000 });
    assert.deepEqual(forecast.waits, [
      { minimumMs: 250, maximumMs: 500 },
      { minimumMs: 500, maximumMs: 1000 },
      { minimumMs: 1000, maximumMs: 1500 },
    ]);
    assert.deepEqual([forecast.endedByElapsedBudget, forecast.worstCaseMs], [true, 7000]);
  });

  test('counts the requests that fit when attempts fail at once and waits are short', () => {
    // Waits of 0.25, 0.5, 1, 1, ... s: 11 of them fit into 10 s, where timeouts leave room for 5.
    const forecast = forecastPolicy({ ...policy, maximumAttempts: 0, elapsedBudgetMs: 10_000 });
    assert.equal(forecast.waits.length, 4);
    assert.equal(forecast.maximumRequests, 12);
  });

  test('counts repairs, and the longer call after a truncated answer', () => {
    const forecast = forecastPolicy({
      ...catalogue.model,
      maximumAttempts: 8,
      maximumRepairs: 3,
      attemptsByType: { OutputTruncated: 2 },
      maximumOutputTokens: 2000,
    });
    // 5 calls of 8 attempts; 2000 tokens once, then 4000 four times.
    assert.equal(forecast.maximumRequests, 40);
    assert.equal(forecast.maximumOutputTokens, 144_000);
  });

  test('counts the probes of an outage that lasts until the deadline', () => {
    // 0.25, 0.5, 1, 2, 4, 8, 15 s and so on; from 225 s on a fifteenth of the outage so far.
    const probes = (deadlineMs: number) =>
      forecastPolicy({ ...catalogue.model, deadlineMs }).maximumProbes;
    assert.equal(probes(1), 1);
    assert.equal(probes(30_750), 8);
    assert.equal(probes(24 * 60 * 60_000), 207);
    assert.equal(forecastPolicy(policy).maximumProbes, undefined);
  });
});
