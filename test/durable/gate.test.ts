import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { overloaded, serverError } from '../../dev/sandbox/model-faults.ts';
import { hang } from '../../dev/sandbox/wire-fault.ts';
import { gateSettingsFor } from '../../src/calls/gate/gate-settings.ts';
import { createGates, type GateEntry, type Gates } from '../../src/calls/gate/gates.ts';
import { startComplete } from '../../src/client/start.ts';
import { progressQuery } from '../../src/durable/messages.ts';
import { type PolicyOverrides, resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { type CallsWorld, startCallsWorld } from '../support/calls-world.ts';
import { failureOf } from '../support/failure-of.ts';
import { until } from '../support/until.ts';

describe('the gate, in workflows', () => {
  async function start(
    world: CallsWorld,
    overrides: PolicyOverrides = {},
    id = 'hello-1',
    model = 'openai:gpt-4o-mini',
  ) {
    const { handle } = await startComplete(
      world.client,
      {
        request: { model, messages: [{ role: 'user', content: 'Say hello' }] },
        policies: resolvePolicies(overrides),
      },
      { id, taskQueue: world.taskQueue },
    );
    return handle;
  }

  /** Gates that send back those entries that are named, counted from 1, and let the others go. */
  function scriptedGates(sentBack: readonly number[], delayMs: number) {
    const entries: GateEntry[] = [];
    const real = createGates();
    const gates: Gates = {
      ...real,
      enter: async (entry) => {
        entries.push(entry);
        if (sentBack.includes(entries.length))
          return { kind: 'deferred', delayMs, held: { gate: entry.model, reason: 'is down' } };
        return { kind: 'go', pass: { ended() {} } };
      },
    };
    return { gates, entries };
  }

  test('being held back costs no attempt, however often: all of the policy are left', async (t) => {
    const { gates, entries } = scriptedGates([1, 2, 4, 5], 3_600_000);
    const world = await startCallsWorld({ answer: () => 'hello', faults: () => overloaded, gates });
    t.after(world.stop);
    const handle = await start(world, { model: { maximumAttempts: 3 } });
    const failure = await failureOf(handle.result());
    assert.equal(failure.type, 'Overloaded');
    assert.match(failure.message, /attempt 3 of 3 failed/);
    assert.equal(world.provider.requests.length, 3);
    assert.equal(entries.length, 7);
    const { startTime, closeTime } = await handle.describe();
    const tookMs = (closeTime?.getTime() ?? 0) - startTime.getTime();
    assert.ok(tookMs >= 4 * 3_600_000, 'the workflow slept each time');
    assert.deepEqual(
      world.provider.requests.map(({ clientRequestId }) => clientRequestId),
      [1, 2, 3].map((attempt) => `hello-1/complete/attempt-${attempt}`),
    );
  });

  test('a call that sleeps is held: by which gate, why, since when and until when', async (t) => {
    const { gates } = scriptedGates([1, 2], 3_600_000);
    const world = await startCallsWorld({ answer: () => 'hello', gates });
    t.after(world.stop);
    const handle = await start(world);
    const held = await until(async () => {
      const [first, ...others] = (await handle.query(progressQuery)).held ?? [];
      assert.deepEqual(others, []);
      return first;
    });
    const { sinceMs, untilMs = 0, ...why } = held;
    assert.deepEqual(why, { step: 'complete', gate: 'openai:gpt-4o-mini', reason: 'is down' });
    assert.equal(untilMs - sinceMs, 3_600_000);
    assert.equal((await handle.result()).value, 'hello');
    assert.equal((await handle.query(progressQuery)).held, undefined);
  });

  test('waiting for the gate is no part of the elapsed budget', async (t) => {
    const { gates } = scriptedGates([1, 2], 3_600_000);
    const world = await startCallsWorld({
      answer: () => 'hello',
      faults: ({ nthForThisCall }) => (nthForThisCall === 1 ? overloaded : { kind: 'pass' }),
      gates,
    });
    t.after(world.stop);
    const handle = await start(world, { model: { elapsedBudgetMs: 60_000 } });
    assert.equal((await handle.result()).value, 'hello');
  });

  test('a call that waits is cancelled within a second, and nothing is sent', async (t) => {
    const gates = createGates({ settings: { initialLimit: 1, maximumLimit: 1 } });
    const blocker = await gates.enter({
      model: 'openai:gpt-4o-mini',
      fairnessKey: '',
      tokens: 1,
      capMs: 1000,
      signal: new AbortController().signal,
    });
    assert.equal(blocker.kind, 'go');
    const world = await startCallsWorld({ answer: () => 'hello', gates });
    t.after(world.stop);
    const handle = await start(world, { model: { heartbeatTimeoutMs: 1500 } });
    while (gates.snapshot()[0]?.waiting !== 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const cancelledMs = performance.now();
    await handle.cancel();
    while (gates.snapshot()[0]?.waiting !== 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const tookMs = performance.now() - cancelledMs;
    assert.ok(tookMs < 1000, `${tookMs} ms`);
    await assert.rejects(handle.result(), /cancel/i);
    assert.equal(world.provider.requests.length, 0);
  });

  test('calls that wait on a worker that drains go to the next one, without losing an attempt', async (t) => {
    const draining = createGates({ settings: { initialLimit: 1, maximumLimit: 1 } });
    await draining.enter({
      model: 'openai:gpt-4o-mini',
      fairnessKey: '',
      tokens: 1,
      capMs: 1000,
      signal: new AbortController().signal,
    });
    let current = draining;
    const gates: Gates = { ...draining, enter: (entry) => current.enter(entry) };
    const world = await startCallsWorld({ answer: () => 'hello', gates });
    t.after(world.stop);
    const handle = await start(world, { model: { maximumAttempts: 1 } });
    while (draining.snapshot()[0]?.waiting !== 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    current = createGates();
    draining.close();
    const { value, attempts } = await handle.result();
    assert.deepEqual([value, attempts, world.provider.requests.length], ['hello', 1, 1]);
  });

  test('one that is told to wait holds back the others of this worker', async (t) => {
    const gates = createGates({ settings: { failuresUntilDown: 1, initialLimit: 1 } });
    let requests = 0;
    const world = await startCallsWorld({
      answer: () => 'hello',
      faults: () => {
        requests += 1;
        return requests <= 2 ? overloaded : { kind: 'pass' };
      },
      gates,
    });
    t.after(world.stop);
    const handles = await Promise.all(
      Array.from({ length: 8 }, (_, index) => start(world, {}, `hello-${index}`)),
    );
    let attempts = 0;
    for (const handle of handles) attempts += (await handle.result()).attempts;
    assert.equal(attempts, 9, 'a probe that failed, and cost nothing, is no attempt');
    assert.equal(world.provider.requests.length, 10, 'the first, one probe that failed, 8 answers');
  });

  test('a model that hangs does not keep the worker from another one', async (t) => {
    const gates = createGates({
      settings: { ...gateSettingsFor(10), quietMs: 300, quietAtFirstMs: 300 },
    });
    const world = await startCallsWorld({
      answer: () => 'hello',
      faults: ({ requestId }) => (requestId?.startsWith('hung-') ? hang : { kind: 'pass' }),
      gates,
      concurrentCalls: 10,
    });
    t.after(world.stop);
    await Promise.all(Array.from({ length: 30 }, (_, index) => start(world, {}, `hung-${index}`)));
    while (world.provider.requests.length < 9) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const handle = await start(world, {}, 'hello-1', 'openai:gpt-4o');
    assert.equal((await handle.result()).value, 'hello');
    assert.equal(world.provider.requestsFor('hung-').length, 9, 'the tenth place is for others');
  });
});

describe('one prompt that always fails', () => {
  test('one prompt that always gets a 500 ends within its attempts, and forty others have one each', async (t) => {
    const world = await startCallsWorld({
      answer: () => 'hello',
      faults: ({ requestId }) => (requestId?.startsWith('poison') ? serverError : { kind: 'pass' }),
      gates: createGates(),
    });
    t.after(world.stop);
    const start = async (id: string) => {
      const messages = [{ role: 'user' as const, content: 'Say hello' }];
      const { handle } = await startComplete(
        world.client,
        { request: { model: 'openai:gpt-4o-mini', messages }, policies: resolvePolicies({}) },
        { id, taskQueue: world.taskQueue },
      );
      return handle;
    };
    const poison = await start('poison');
    // Its first failures come when nobody else has been answered yet.
    while (world.provider.requests.length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const good = await Promise.all(
      Array.from({ length: 40 }, (_, index) => start(`good-${index}`)),
    );
    let attempts = 0;
    for (const handle of good) attempts += (await handle.result()).attempts;
    assert.equal(attempts, 40);
    const deferred = world.log.filter(
      ({ event, workflowId }) => event === 'attempt.deferred' && workflowId !== 'poison',
    );
    assert.deepEqual(deferred, []);
    const failure = await failureOf(poison.result());
    assert.match(failure.message, /attempt 8 of 8 failed/);
    assert.equal(world.provider.requestsFor('poison/').length, 8);
  });
});
