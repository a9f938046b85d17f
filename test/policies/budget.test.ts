import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  addSpent,
  callSpent,
  decideBudget,
  describeSpent,
  nothingSpent,
  spentSince,
  usageSpent,
} from '../../src/policies/budget.ts';
import { costOf, formatAmount, parseAmount } from '../../src/policies/budget-price.ts';

const mini = { inputPerMillion: '0.15', outputPerMillion: '0.60', currency: 'usd' };

describe('money is exact', () => {
  for (const [decimal, shown] of [
    ['0.1', '0.10'],
    ['3', '3.00'],
    ['0.000001', '0.000001'],
    ['123456789012.5', '123456789012.50'],
  ] as const) {
    test(`${decimal} is ${shown}`, () => assert.equal(formatAmount(parseAmount(decimal)), shown));
  }
  test('a single token of a cheap model has a cost', () => {
    assert.equal(formatAmount(costOf({ inputTokens: 1, outputTokens: 0 }, mini)), '0.00000015');
  });
  test('1,000 tokens in and 500 out at 0.15 and 0.60 a million', () => {
    assert.equal(formatAmount(costOf({ inputTokens: 1000, outputTokens: 500 }, mini)), '0.00045');
  });
  test('ten times a tenth is one, which floats deny', () => {
    const tenth = usageSpent(
      { inputTokens: 100_000, outputTokens: 0 },
      { ...mini, inputPerMillion: '1' },
    );
    const sum = Array.from({ length: 10 }).reduce<typeof nothingSpent>(
      (spent) => addSpent(spent, tenth),
      nothingSpent,
    );
    assert.equal(formatAmount(sum.cost.usd ?? 0n), '1.00');
  });
});

describe('whether one more call may be made', () => {
  const spent = addSpent(nothingSpent, {
    attempts: 3,
    possiblyBilled: 1,
    elapsedMs: 12_000,
    ...usageSpent({ inputTokens: 1000, outputTokens: 500 }, mini),
  });

  test('without a budget, always', () => {
    const decision = decideBudget(spent, {}, undefined);
    assert.deepEqual(decision, { go: true, attemptsLeft: Number.POSITIVE_INFINITY });
  });
  test('what is left of the attempts is handed on', () => {
    assert.deepEqual(decideBudget(spent, { maximumAttempts: 5 }, undefined), {
      go: true,
      attemptsLeft: 2,
    });
  });
  for (const [reason, budget] of [
    ['attempts', { maximumAttempts: 3 }],
    ['elapsed', { maximumElapsedMs: 12_000 }],
    ['tokens', { maximumTokens: 1500 }],
    ['cost', { maximumCost: { amount: '0.00045', currency: 'usd' } }],
    ['no price', { maximumCost: { amount: '5', currency: 'eur' } }],
  ] as const) {
    test(`stops for ${reason}`, () => {
      const decision = decideBudget(spent, budget, mini);
      assert.equal(decision.go, false);
      assert.equal(!decision.go && decision.reason, reason);
    });
  }
  test('a cent short of the cap goes on', () => {
    const budget = { maximumCost: { amount: '0.000451', currency: 'usd' } };
    assert.equal(decideBudget(spent, budget, mini).go, true);
  });
  test('says what was spent', () => {
    assert.equal(
      describeSpent(spent),
      '3 attempts (1 possibly billed), 12.0 s, 1500 tokens and 0.00045 usd spent',
    );
  });
  test('counts from a moment on', () => {
    const since = spentSince(addSpent(spent, { attempts: 2, elapsedMs: 500 }), spent);
    assert.equal(describeSpent(since), '2 attempts, 0.5 s, 0 tokens and 0.00 usd spent');
  });
});

describe('what a scheduling of a call adds', () => {
  const usage = { inputTokens: 1000, outputTokens: 500 };
  const add = (costs: Parameters<typeof callSpent>[0]) =>
    describeSpent(addSpent(nothingSpent, callSpent(costs, mini, atMost)));
  const atMost = { inputTokens: 1000, outputTokens: 500 };

  test('an answer, and the tokens of an attempt before it that were paid for nothing', () => {
    const failedUsage = { inputTokens: 1000, outputTokens: 0 };
    assert.equal(
      add({ attempts: 2, elapsedMs: 700, usage, failedUsage }),
      '2 attempts, 0.7 s, 2500 tokens and 0.0006 usd spent',
    );
  });
  test('no answer, but tokens nonetheless', () => {
    assert.equal(
      add({ attempts: 1, failedUsage: usage }),
      '1 attempts, 0.0 s, 1500 tokens and 0.00045 usd spent',
    );
  });
  test('nothing that was billed for sure: no cost', () => {
    assert.equal(
      add({ attempts: 3, possiblyBilled: 2 }),
      '3 attempts (2 possibly billed, up to 3000 tokens and 0.0009 usd), 0.0 s and 0 tokens spent',
    );
  });
});
