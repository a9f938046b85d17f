import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allFailureTypes } from '../../src/failures/failure-types.ts';
import { catalogue } from '../../src/policies/catalogue.ts';
import { decideRetry } from '../../src/policies/decide-retry.ts';
import { retryPolicySchema } from '../../src/policies/retry-policy.ts';

const policies = fc
  .record({
    initialIntervalMs: fc.integer({ min: 1, max: 100_000 }),
    maximumIntervalMs: fc.integer({ min: 1, max: 1_000_000 }),
    backoffCoefficient: fc.double({ min: 1, max: 10, noNaN: true }),
    maximumAttempts: fc.integer({ min: 0, max: 30 }),
    elapsedBudgetMs: fc.integer({ min: 0, max: 5_000_000 }),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    retryAfterCapMs: fc.integer({ min: 0, max: 1_000_000 }),
  })
  .map((fields) => ({ ...catalogue.database, ...fields }))
  .filter((policy) => retryPolicySchema.safeParse(policy).success);

const faults = fc.array(
  fc.record({
    type: fc.constantFrom(...allFailureTypes),
    tookMs: fc.integer({ min: 0, max: 60_000 }),
    retryAfterMs: fc.option(fc.integer({ min: 1, max: 2_000_000 }), { nil: undefined }),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  }),
  { minLength: 40, maxLength: 40 },
);

test('attempts never exceed the cap, no delay is below the floor or above the cap, no attempt starts after the budget', () => {
  fc.assert(
    fc.property(policies, faults, (policy, sequence) => {
      let elapsedMs = 0;
      let attempt = 0;
      for (const { type, tookMs, retryAfterMs, random } of sequence) {
        attempt += 1;
        assert.ok(policy.maximumAttempts === 0 || attempt <= policy.maximumAttempts);
        assert.ok(
          policy.elapsedBudgetMs === 0 || attempt === 1 || elapsedMs <= policy.elapsedBudgetMs,
        );
        elapsedMs += tookMs;
        const decision = decideRetry(
          policy,
          { type, attempt, elapsedMs, retryAfterMs },
          () => random,
        );
        if (!decision.retry) return;
        const floorMs = retryAfterMs ?? 0;
        const capMs = Math.max(1, policy.maximumIntervalMs) + floorMs;
        assert.ok(decision.delayMs >= Math.max(1, floorMs), `${decision.delayMs} under ${floorMs}`);
        assert.ok(decision.delayMs <= capMs, `${decision.delayMs} over ${capMs}`);
        assert.ok(floorMs <= policy.retryAfterCapMs);
        assert.ok(Number.isInteger(decision.delayMs));
        elapsedMs += decision.delayMs;
      }
    }),
    { numRuns: 500 },
  );
});
