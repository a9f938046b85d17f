import assert from 'node:assert/strict';
import { test } from 'node:test';
import { raw } from '../../dev/sandbox/wire-fault.ts';
import { startComplete } from '../../src/client/start.ts';
import { type PolicyOverrides, resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { type CallsWorld, startCallsWorld } from '../support/calls-world.ts';
import { failureOf } from '../support/failure-of.ts';

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
  assert.equal(world.provider.requests.length, 2, 'one wait of a minute, and none that ends later');
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
