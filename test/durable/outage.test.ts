import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overloaded, rateLimited, serverError } from '../../dev/sandbox/model-faults.ts';
import { hang, type WireFault } from '../../dev/sandbox/wire-fault.ts';
import { startComplete } from '../../src/client/start.ts';
import { type PolicyOverrides, resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { type CallsWorld, startCallsWorld } from '../support/calls-world.ts';
import { failureOf } from '../support/failure-of.ts';

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
