import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allFailureTypes } from '../../src/failures/failure-types.ts';
import {
  addSpent,
  type Budget,
  decideBudget,
  nothingSpent,
  usageSpent,
} from '../../src/policies/budget.ts';
import { parseAmount } from '../../src/policies/budget-price.ts';
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

test('a budget is never overrun by more than one call, and by no attempt at all', () => {
  const price = { inputPerMillion: '2.50', outputPerMillion: '10', currency: 'usd' };
  const calls = fc.array(
    fc.record({
      attempts: fc.integer({ min: 1, max: 8 }),
      elapsedMs: fc.integer({ min: 1, max: 100_000 }),
      inputTokens: fc.integer({ min: 0, max: 100_000 }),
      outputTokens: fc.integer({ min: 0, max: 10_000 }),
    }),
    { maxLength: 50 },
  );
  const budgets = fc.record(
    {
      maximumAttempts: fc.integer({ min: 1, max: 50 }),
      maximumElapsedMs: fc.integer({ min: 1, max: 1_000_000 }),
      maximumTokens: fc.integer({ min: 1, max: 1_000_000 }),
      maximumCost: fc.record({
        amount: fc.integer({ min: 1, max: 1000 }).map((cents) => (cents / 100).toFixed(2)),
        currency: fc.constant('usd'),
      }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(calls, budgets, (sequence, budget: Budget) => {
      let spent = nothingSpent;
      for (const call of sequence) {
        const decision = decideBudget(spent, budget, price);
        const before = spent;
        if (!decision.go) {
          assert.match(decision.message, /spent; the budget allows/);
          return;
        }
        const { attempts, elapsedMs, ...usage } = call;
        spent = addSpent(spent, { attempts: Math.min(attempts, decision.attemptsLeft), elapsedMs });
        spent = addSpent(spent, usageSpent(usage, price));
        const { maximumAttempts = 1e9, maximumTokens = 1e9, maximumElapsedMs = 1e9 } = budget;
        assert.ok(spent.attempts <= maximumAttempts);
        assert.ok(before.inputTokens + before.outputTokens < maximumTokens);
        assert.ok(before.elapsedMs < maximumElapsedMs);
        assert.ok((before.cost.usd ?? 0n) < parseAmount(budget.maximumCost?.amount ?? '1000000'));
      }
    }),
    { numRuns: 500 },
  );
});
