import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rateLimited } from '../../dev/sandbox/model-faults.ts';
import { hang } from '../../dev/sandbox/wire-fault.ts';
import { startComplete } from '../../src/client/start.ts';
import { type PolicyOverrides, resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { type CallsWorld, startCallsWorld } from '../support/calls-world.ts';
import { failureOf } from '../support/failure-of.ts';

async function ask(
  world: CallsWorld,
  overrides: PolicyOverrides = {},
  model = 'openai:gpt-4o-mini',
) {
  const { handle } = await startComplete(
    world.client,
    {
      request: { model, messages: [{ role: 'user', content: 'Say hello' }] },
      policies: resolvePolicies(overrides),
    },
    { id: 'hello-1', taskQueue: world.taskQueue },
  );
  return handle.result();
}

function waitsMs(world: CallsWorld): number[] {
  const times = world.attemptTimesMs;
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}

/** What the worker and the servers may add to a wait on this machine; never subtracted. */
const slackMs = 2500;

test('the delays of 12 attempts lie in the envelope of the policy, and the cap holds', async (t) => {
  // What an outage causes is no longer tried at these distances after its third time.
  const faults = () => ({ kind: 'raw', body: 'upstream says hi' }) as const;
  const world = await startCallsWorld({ answer: () => 'hello', faults });
  t.after(world.stop);
  const failure = await failureOf(
    ask(world, {
      model: {
        initialIntervalMs: 60_000,
        maximumIntervalMs: 3_600_000,
        maximumAttempts: 12,
        attemptsByType: { MalformedResponse: 12 },
        elapsedBudgetMs: 0,
        jitter: 0.5,
      },
    }),
  );
  assert.equal(failure.type, 'MalformedResponse');
  assert.match(
    failure.message,
    /^200 MalformedResponse by openai \(.*\): attempt 12 of 12 failed, giving up: no attempts left$/,
  );
  const minutes = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60];
  const waits = waitsMs(world);
  assert.equal(waits.length, 11);
  for (const [index, minute] of minutes.entries()) {
    const wait = waits[index] ?? 0;
    assert.ok(wait >= minute * 30_000, `wait ${index} of ${wait} ms is under ${minute / 2} min`);
    assert.ok(
      wait <= minute * 60_000 + slackMs,
      `wait ${index} of ${wait} ms is over ${minute} min`,
    );
  }
  assert.equal(world.provider.requests.length, 12);
});

test('a Retry-After is a floor under the delay', async (t) => {
  const world = await startCallsWorld({
    answer: () => 'hello',
    faults: ({ nthForThisCall }) =>
      nthForThisCall <= 2 ? rateLimited({ retryAfterSeconds: 90 }) : { kind: 'pass' },
  });
  t.after(world.stop);
  const { value, attempts } = await ask(world, { model: { jitter: 0.5 } });
  assert.equal(value, 'hello');
  assert.equal(attempts, 3);
  const waits = waitsMs(world);
  assert.equal(waits.length, 2);
  for (const wait of waits) {
    assert.ok(wait >= 90_000, `${wait} ms is under the 90 s that were asked for`);
    assert.ok(wait <= 90_000 + 500 + slackMs, `${wait} ms`);
  }
});

test('a bad key stops after exactly one request', async (t) => {
  const world = await startCallsWorld({
    answer: () => 'hello',
    validKeys: ['sk-other'],
    apiKey: 'sk-revoked',
  });
  t.after(world.stop);
  const failure = await failureOf(ask(world));
  assert.equal(failure.type, 'InvalidCredentials');
  assert.equal(world.provider.requests.length, 1);
});

test('an unknown model stops after exactly one request', async (t) => {
  const world = await startCallsWorld({ answer: () => 'hello', knownModels: ['gpt-4o-mini'] });
  t.after(world.stop);
  const failure = await failureOf(ask(world, {}, 'openai:gpt-99'));
  assert.equal(failure.type, 'ModelNotFound');
  assert.equal(world.provider.requests.length, 1);
});

test('a missing key fails before any request', async (t) => {
  const world = await startCallsWorld({ answer: () => 'hello', apiKey: '' });
  t.after(world.stop);
  const failure = await failureOf(ask(world));
  assert.equal(failure.type, 'InvalidCredentials');
  assert.equal(failure.details.sent, false);
  assert.equal(world.provider.requests.length, 0);
});

test('an answer that is not the protocol is asked for again only three times in all', async (t) => {
  const world = await startCallsWorld({
    answer: () => 'hello',
    faults: () => ({ kind: 'raw', body: 'upstream says hi' }),
  });
  t.after(world.stop);
  const failure = await failureOf(ask(world));
  assert.equal(failure.type, 'MalformedResponse');
  assert.equal(world.provider.requests.length, 3);
});

test('cancelling the workflow closes the HTTP request to the model', async (t) => {
  const world = await startCallsWorld({ answer: () => 'hello', faults: () => hang });
  t.after(world.stop);
  const { handle } = await startComplete(
    world.client,
    {
      request: { model: 'openai:gpt-4o-mini', messages: [{ role: 'user', content: 'Say hello' }] },
      policies: resolvePolicies({}),
    },
    { id: 'hello-1', taskQueue: world.taskQueue },
  );
  while (world.provider.requests.length === 0)
    await new Promise((resolve) => setTimeout(resolve, 20));
  await handle.cancel();
  await assert.rejects(handle.result(), { name: 'WorkflowFailedError', message: /cancel/i });
  assert.equal(world.provider.requests.length, 1);
  assert.equal(world.provider.requests[0]?.clientAborted, true);
});
