import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { overloaded, quotaExhausted } from '../../dev/sandbox/model-faults.ts';
import { hang, raw } from '../../dev/sandbox/wire-fault.ts';
import { resume } from '../../src/client/resume.ts';
import { startComplete } from '../../src/client/start.ts';
import { workflowStatus } from '../../src/client/status.ts';
import { type PolicyOverrides, resolvePolicies } from '../../src/policies/resolve-policies.ts';
import type { JsonObject } from '../../src/wire/json.ts';
import { type CallsWorld, startCallsWorld } from '../support/calls-world.ts';
import { failureOf } from '../support/failure-of.ts';
import { paidAnswer } from '../support/paid-answer.ts';
import { until } from '../support/until.ts';

describe('budgets', () => {
  const model = 'openai:gpt-4o-mini';
  const prices = { [model]: { inputPerMillion: '1', outputPerMillion: '2', currency: 'usd' } };
  const schema: JsonObject = {
    type: 'object',
    properties: { amount: { type: 'string' } },
    required: ['amount'],
    additionalProperties: false,
  };

  async function start(
    world: CallsWorld,
    overrides: PolicyOverrides['model'],
    given?: JsonObject,
    id = 'budget-1',
  ) {
    const { handle } = await startComplete(
      world.client,
      {
        request: {
          model,
          messages: [{ role: 'user', content: 'The amount?' }],
          ...(given && { schema: given }),
        },
        policies: resolvePolicies({ model: overrides }),
      },
      { id, taskQueue: world.taskQueue },
    );
    return handle;
  }

  async function ask(...question: Parameters<typeof start>) {
    return (await start(...question)).result();
  }

  for (const [name, scope, budget, reason] of [
    ['tokens', 'callBudget', { maximumTokens: 1 }, 'tokens'],
    ['money', 'workflowBudget', { maximumCost: { amount: '0.000001', currency: 'usd' } }, 'cost'],
  ] as const) {
    test(`a ${scope} of ${name} stops the repair after the call that crossed it`, async (t) => {
      const world = await startCallsWorld({ answer: () => '{"amount":12}' });
      t.after(world.stop);
      const failure = await failureOf(ask(world, { prices, [scope]: budget }, schema));
      assert.equal(failure.type, 'QuotaExhausted');
      assert.equal(failure.details.reason, reason);
      assert.match(failure.message, /budget: 1 attempts, .* spent; the budget allows /);
      assert.equal(world.provider.requests.length, 1);
    });
  }

  test('a cap on money without a price is refused before any request', async (t) => {
    const world = await startCallsWorld({ answer: () => 'hello' });
    t.after(world.stop);
    const failure = await failureOf(
      ask(world, { workflowBudget: { maximumCost: { amount: '5', currency: 'usd' } } }),
    );
    assert.equal(failure.details.reason, 'no price');
    assert.equal(world.provider.requests.length, 0);
  });

  test('a budget of attempts is kept to within one call', async (t) => {
    const world = await startCallsWorld({ answer: () => 'hello', faults: () => overloaded });
    t.after(world.stop);
    const failure = await failureOf(ask(world, { workflowBudget: { maximumAttempts: 3 } }));
    assert.match(failure.message, /attempt 3 of 3 failed/);
    assert.equal(world.provider.requests.length, 3);
  });

  test('what may have been billed is counted apart: a timeout is, a 503 is not', async (t) => {
    const world = await startCallsWorld({
      answer: () => 'hello',
      faults: ({ nthForThisCall }) => {
        if (nthForThisCall === 2) return hang;
        return nthForThisCall <= 5 ? overloaded : { kind: 'pass' };
      },
    });
    t.after(world.stop);
    const result = await ask(world, { prices, requestTimeoutMs: 500 });
    // The third failure made it an outage: the two after it were probes, and cost nothing.
    assert.deepEqual([result.attempts, result.possiblyBilled], [4, 1]);
    const { inputTokens, outputTokens } = result.usage;
    const microUsd = inputTokens + 2 * outputTokens;
    assert.ok(microUsd > 0);
    assert.equal(Number(result.cost?.usd), microUsd / 1_000_000);
  });

  test('a refusal that was paid for counts, and after a resume the budget of tokens stops', async (t) => {
    const world = await startCallsWorld({
      answer: () => 'hello',
      faults: () => paidAnswer({ content: null, refusal: 'No.' }),
    });
    t.after(world.stop);
    const overrides: PolicyOverrides['model'] = {
      prices,
      onFailure: 'park',
      parkOn: ['ContentRejected'],
      workflowBudget: { maximumTokens: 18 },
    };
    const handle = await start(world, overrides);
    const parked = await until(async () => {
      const { progress } = await workflowStatus(world.client, 'budget-1');
      return progress?.parked ? progress : undefined;
    });
    assert.deepEqual(
      [parked.attempts, parked.usage, parked.cost, parked.possiblyBilled],
      [1, { inputTokens: 11, outputTokens: 7 }, { usd: '0.000025' }, undefined],
    );
    await resume(world.client, 'budget-1', {});
    const { message } = await failureOf(handle.result());
    assert.match(message, /1 attempts, .* 18 tokens and 0\.000025 usd spent/);
    assert.equal(world.provider.requests.length, 1);
  });

  test('an error hidden in a paid answer costs its tokens, besides those of the answer after it', async (t) => {
    const world = await startCallsWorld({
      answer: () => 'hello',
      faults: ({ requestId, nthForThisCall }) =>
        requestId?.startsWith('budget-1/') && nthForThisCall < 3
          ? paidAnswer({ content: '' }, undefined, { error: { type: 'server_error' } })
          : { kind: 'pass' },
    });
    t.after(world.stop);
    const result = await ask(world, { prices });
    const alone = await ask(world, { prices }, undefined, 'budget-2');
    assert.deepEqual([result.attempts, result.possiblyBilled], [3, undefined]);
    assert.deepEqual(result.usage, {
      inputTokens: alone.usage.inputTokens + 22,
      outputTokens: alone.usage.outputTokens + 14,
    });
  });
});

describe('waits of a minute', () => {
  /** A failure that the workflow counts, and one minute between its attempts. */
  const eachMinute: PolicyOverrides['model'] = {
    initialIntervalMs: 60_000,
    maximumIntervalMs: 60_000,
    backoffCoefficient: 1,
    jitter: 0,
    attemptsByType: { MalformedResponse: 8 },
  };

  async function ask(world: CallsWorld, model: PolicyOverrides['model']) {
    const { handle } = await startComplete(
      world.client,
      {
        request: {
          model: 'openai:gpt-4o-mini',
          messages: [{ role: 'user', content: 'Say hello' }],
          schema: { type: 'object', properties: { amount: { type: 'string' } } },
        },
        policies: resolvePolicies({ model: { ...eachMinute, ...model } }),
      },
      { id: 'hello-1', taskQueue: world.taskQueue },
    );
    return failureOf(handle.result());
  }

  test('the waits between attempts that the workflow counts are part of the elapsed budget', async (t) => {
    const world = await startCallsWorld({ answer: () => 'hello', faults: () => raw('') });
    t.after(world.stop);
    const failure = await ask(world, { elapsedBudgetMs: 100_000 });
    assert.match(failure.message, /the elapsed budget of 100\.0 s ends first/);
    assert.equal(
      world.provider.requests.length,
      2,
      'one wait of a minute, and none that ends later',
    );
  });

  test('and of the budget of the question', async (t) => {
    const world = await startCallsWorld({
      answer: () => '{"amount":12}',
      faults: ({ nthForThisCall, requestId = '' }) =>
        nthForThisCall === 1 && !requestId.includes('repair') ? raw('') : { kind: 'pass' },
    });
    t.after(world.stop);
    const failure = await ask(world, { callBudget: { maximumElapsedMs: 50_000 } });
    assert.deepEqual([failure.type, failure.details.reason], ['QuotaExhausted', 'elapsed']);
    assert.equal(world.provider.requests.length, 2, 'no repair after a minute of waiting');
  });
});

describe('a park of three days', () => {
  const threeDaysMs = 3 * 24 * 3_600_000;

  test('nobody came before the deadline: the original failure, after just that time', async (t) => {
    const world = await startCallsWorld({ answer: () => 'hello', faults: () => quotaExhausted });
    t.after(world.stop);
    const { handle } = await startComplete(
      world.client,
      {
        request: {
          model: 'openai:gpt-4o-mini',
          messages: [{ role: 'user', content: 'Say hello' }],
        },
        policies: resolvePolicies({ model: { onFailure: 'park', parkDeadlineMs: threeDaysMs } }),
      },
      { id: 'hello-1', taskQueue: world.taskQueue },
    );
    const failure = await failureOf(handle.result());
    assert.equal(failure.type, 'QuotaExhausted');
    assert.match(failure.message, /^429 QuotaExhausted by openai/);
    const { startTime, closeTime, memo } = await handle.describe();
    const tookMs = (closeTime?.getTime() ?? 0) - startTime.getTime();
    assert.ok(tookMs >= threeDaysMs && tookMs < threeDaysMs + 60_000, `${tookMs} ms`);
    assert.equal(world.provider.requests.length, 1, 'it was parked, not tried again');
    assert.equal(memo?.holdfastState, 'running');
  });
});
