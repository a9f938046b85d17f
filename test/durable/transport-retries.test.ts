import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { overloaded, rateLimited, serverError } from '../../dev/sandbox/model-faults.ts';
import { hang, type WireFault } from '../../dev/sandbox/wire-fault.ts';
import { startComplete } from '../../src/client/start.ts';
import { type PolicyOverrides, resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { type CallsWorld, startCallsWorld } from '../support/calls-world.ts';
import { failureOf } from '../support/failure-of.ts';

describe('failures of single requests', () => {
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
        request: {
          model: 'openai:gpt-4o-mini',
          messages: [{ role: 'user', content: 'Say hello' }],
        },
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
});

describe('an outage', () => {
  const minute = 60_000;
  const pass: WireFault = { kind: 'pass' };

  /** A world in which one call asks alone, and what its model says at a minute of the call. */
  async function alone(
    faultAt: (sinceMs: number) => WireFault,
    overrides: PolicyOverrides = {},
  ): Promise<{ readonly world: CallsWorld; readonly ask: () => Promise<unknown> }> {
    const since = () => (world.attemptTimesMs.at(-1) ?? 0) - (world.attemptTimesMs[0] ?? 0);
    const world: CallsWorld = await startCallsWorld({
      answer: () => 'hello',
      faults: () => faultAt(since()),
      // A gate's clock is a real one: it would wait where the server skips.
    });
    const ask = async () => {
      const { handle } = await startComplete(
        world.client,
        {
          request: {
            model: 'openai:gpt-4o-mini',
            messages: [{ role: 'user', content: 'Say hello' }],
          },
          policies: resolvePolicies(overrides),
        },
        { id: 'hello-1', taskQueue: world.taskQueue },
      );
      return handle.result();
    };
    return { world, ask };
  }

  function waitsMs({ attemptTimesMs }: CallsWorld): number[] {
    return attemptTimesMs.slice(1).map((time, index) => time - (attemptTimesMs[index] ?? 0));
  }

  for (const [minutes, most] of [
    [1, 12],
    [60, 60],
  ] as const) {
    test(`one call alone survives ${minutes} min of 503`, async (t) => {
      const { world, ask } = await alone((ms) => (ms < minutes * minute ? overloaded : pass));
      t.after(world.stop);
      const { value, attempts } = (await ask()) as { value: string; attempts: number };
      // Three failures were attempts before it was an outage; the probes cost none.
      assert.deepEqual([value, attempts], ['hello', 4]);
      const requests = world.provider.requests.length;
      assert.ok(requests <= most, `${requests} requests`);
      const tookMs = (world.attemptTimesMs.at(-1) ?? 0) - (world.attemptTimesMs[0] ?? 0);
      assert.ok(tookMs <= 1.1 * minutes * minute + 30_000, `${tookMs} ms`);
    });
  }

  test('every 500 is an attempt, further and further apart, and the last one ends it', async (t) => {
    const { world, ask } = await alone(() => serverError);
    t.after(world.stop);
    const failure = await failureOf(ask());
    assert.match(failure.message, /attempt 8 of 8 failed, giving up: no attempts left/);
    assert.equal(world.provider.requests.length, 8);
    const waits = waitsMs(world).slice(2);
    for (const [index, minutes] of [1, 2, 4, 8, 10].entries()) {
      const wait = waits[index] ?? 0;
      assert.ok(wait >= minutes * minute && wait < minutes * minute + 5000, `${index}: ${wait} ms`);
    }
  });

  test('90 s of hangs cost one call at most 8 requests', async (t) => {
    const { world, ask } = await alone((ms) => (ms < 90_000 ? hang : pass), {
      // The server skips no time while a request runs: a hang of a minute is one of 0.2 s here.
      model: { requestTimeoutMs: 200 },
    });
    t.after(world.stop);
    const { value } = (await ask()) as { value: string };
    assert.equal(value, 'hello');
    assert.ok(world.provider.requests.length <= 8, `${world.provider.requests.length}`);
  });

  test('the deadline ends an outage, by the type of its failures, and says for how long', async (t) => {
    const { world, ask } = await alone(() => overloaded, { model: { deadlineMs: 30 * minute } });
    t.after(world.stop);
    const failure = await failureOf(ask());
    assert.equal(failure.type, 'Overloaded');
    assert.match(
      failure.message,
      /^503 Overloaded by openai .*; held for 2\d min( \d+ s)?, and the deadline of 30 min ends before the next try$/,
    );
    const tookMs = (world.attemptTimesMs.at(-1) ?? 0) - (world.attemptTimesMs[0] ?? 0);
    assert.ok(tookMs >= 24 * minute && tookMs <= 30 * minute, `${tookMs} ms`);
  });

  test('a Retry-After over the cap is slept through, and costs one attempt', async (t) => {
    const { world, ask } = await alone((ms) =>
      ms < 10 * minute ? rateLimited({ retryAfterSeconds: 600 }) : pass,
    );
    t.after(world.stop);
    const { value, attempts } = (await ask()) as { value: string; attempts: number };
    assert.deepEqual([value, attempts, world.provider.requests.length], ['hello', 2, 2]);
    const [wait = 0] = waitsMs(world);
    assert.ok(wait >= 10 * minute, `${wait} ms`);
  });

  test('a Retry-After beyond the deadline is a quota', async (t) => {
    const { world, ask } = await alone(() => rateLimited({ retryAfterSeconds: 90_000 }));
    t.after(world.stop);
    const failure = await failureOf(ask());
    assert.equal(failure.type, 'QuotaExhausted');
    assert.match(failure.message, /the deadline of 24 h ends before the next try$/);
    assert.equal(world.provider.requests.length, 1);
  });
});
