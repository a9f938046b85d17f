import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { overloaded, rateLimited } from '../../dev/sandbox/model-faults.ts';
import { type DevServer, startDevServer } from '../../dev/servers/index.ts';
import { withHoldfast } from '../../src/ai-sdk.ts';
import { type PluginWorld, startPluginWorld } from './plugin-world.ts';

let temporal: DevServer;
before(async () => {
  temporal = await startDevServer({ isHeadless: true });
});
after(() => temporal.stop());

async function failureOf(result: Promise<unknown>): Promise<ApplicationFailure> {
  const error = await result.then(
    () => assert.fail('the workflow succeeded'),
    (reason) => reason,
  );
  assert.ok(error instanceof WorkflowFailedError, String(error));
  assert.ok(error.cause instanceof ActivityFailure, String(error.cause));
  assert.ok(error.cause.cause instanceof ApplicationFailure);
  return error.cause.cause;
}

const badKey = { apiKey: 'sk-revoked', validKeys: ['sk-good'] };

test('a bad key stops after one attempt', async (t) => {
  const world = await startPluginWorld({ temporal, ...badKey, wrap: withHoldfast });
  t.after(world.stop);
  const failure = await failureOf((await world.ask('1')).result());
  assert.equal(failure.type, 'InvalidCredentials');
  assert.equal(failure.nonRetryable, true);
  assert.match(failure.message, /^401 InvalidCredentials by openai/);
  assert.equal(world.provider.requests.length, 1);
});

test('a bad key without it: their plugin goes on', async (t) => {
  const world = await startPluginWorld({ temporal, ...badKey });
  t.after(world.stop);
  const handle = await world.ask('1');
  await sleep(8000);
  t.diagnostic(`${world.provider.requests.length} requests with a bad key in 8 s, and no end`);
  assert.ok(world.provider.requests.length >= 3);
  assert.equal((await handle.describe()).status.name, 'RUNNING');
});

const toldToWait = {
  faults: ({ nthForThisCall }: { nthForThisCall: number }) =>
    nthForThisCall === 1 ? rateLimited({ retryAfterSeconds: 3 }) : { kind: 'pass' as const },
};

async function gapMs(world: PluginWorld): Promise<number> {
  assert.equal(await (await world.ask('1')).result(), 'Hello.');
  const [first, second, ...more] = world.provider.requests;
  assert.ok(first && second && more.length === 0);
  return second.receivedAtMs - first.receivedAtMs;
}

test('Retry-After is honoured', async (t) => {
  const world = await startPluginWorld({ temporal, ...toldToWait, wrap: withHoldfast });
  t.after(world.stop);
  const waitedMs = await gapMs(world);
  t.diagnostic(`told 3 s, waited ${Math.round(waitedMs)} ms`);
  assert.ok(waitedMs >= 3000, `${waitedMs}`);
});

test('Retry-After without it: dropped', async (t) => {
  const world = await startPluginWorld({ temporal, ...toldToWait });
  t.after(world.stop);
  const waitedMs = await gapMs(world);
  t.diagnostic(`told 3 s, waited ${Math.round(waitedMs)} ms`);
  assert.ok(waitedMs < 3000, `${waitedMs}`);
});

/** The provider is down for the first three seconds; forty calls start at once. */
async function throughAnOutage(world: PluginWorld): Promise<number> {
  const handles = await Promise.all(
    Array.from({ length: 40 }, (_, index) => world.ask(String(index))),
  );
  const answers = await Promise.all(handles.map((handle) => handle.result()));
  assert.deepEqual([...new Set(answers)], ['Hello.']);
  return world.provider.requests.length;
}

/** Counted from the first request. */
function downForThreeSeconds() {
  let startedMs: number | undefined;
  return {
    faults: () => {
      startedMs ??= performance.now();
      return performance.now() - startedMs < 3000 ? overloaded : { kind: 'pass' as const };
    },
  };
}

test('the gate holds the others back while the provider is down; no answer is lost', async (t) => {
  const world = await startPluginWorld({ temporal, ...downForThreeSeconds(), wrap: withHoldfast });
  t.after(world.stop);
  const requests = await throughAnOutage(world);
  t.diagnostic(`${requests} requests for 40 calls`);
  assert.ok(requests >= 40 && requests <= 90, `${requests}`);
});

test('the gate without it: every call learns for itself that the provider is down', async (t) => {
  const world = await startPluginWorld({ temporal, ...downForThreeSeconds() });
  t.after(world.stop);
  const requests = await throughAnOutage(world);
  t.diagnostic(`${requests} requests for 40 calls`);
  assert.ok(requests > 90, `${requests}`);
});
