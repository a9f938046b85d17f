import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Effect, EffectContext, FindMarked } from '../../../src/effects/once/effect.ts';
import type { ClaimRequest } from '../../../src/effects/once/ledger.ts';
import { runOnce } from '../../../src/effects/once/run-once.ts';
import { settleOnce } from '../../../src/effects/once/settle-once.ts';
import { resolveEffect } from '../../../src/effects/operate/resolve-effect.ts';
import type { Verdict } from '../../../src/wire/park-answers.ts';
import { failureOf } from '../once/expect-failure.ts';
import { fails, runner, scripted } from '../once/scripted-effect.ts';
import { temporaryLedger } from '../once/temporary-ledger.ts';

const ledger = temporaryLedger();

/** What a worker leaves that died right after its claim, when its lease has run out. */
async function leftBehind(
  workflowId: string,
  way: 'native key' | 'at most once',
  requestTimeoutMs: number | undefined,
) {
  const { effect } = scripted(way, []);
  const dying = {
    ...ledger(),
    async claim(request: ClaimRequest) {
      await ledger().claim({ ...request, requestTimeoutMs });
      throw new Error('the worker died here');
    },
  };
  const place = { scope: 'test', workflowId };
  await failureOf(
    runOnce(dying, effect, place, { to: 'ada' }, { leaseMs: 1, requestTimeoutMs: 1 }),
  );
  await sleep(20);
  return (verdict: Verdict) =>
    resolveEffect(ledger(), effect as Effect<unknown, unknown>, {
      key: `test/${workflowId}:send`,
      verdict,
      signal: new AbortController().signal,
    });
}

const didNotHappen = { kind: 'did not happen' } as const;

test('with a native key the lease says nothing of the request: another key waits for it too', async () => {
  const resolve = await leftBehind('under-way', 'native key', 60_000);
  const failure = await failureOf(resolve(didNotHappen));
  assert.equal(failure.type, 'InvalidRequest');
  assert.match(
    `${failure.reason}`,
    /^a request may still be under way at post; look again in (60|59|58) s$/,
  );
  assert.equal((await ledger().operator.latest('test/under-way:send'))?.state, 'started');
  const happened = await resolve({ kind: 'happened', result: 'seen there' });
  assert.equal(happened.state, 'succeeded', 'what a person saw need not wait');
});

test('a workflow that ended took the claim away, not the request: another key waits for it', async () => {
  const { effect } = scripted('native key', [() => 'late'], [() => undefined]);
  const place = { scope: 'test', workflowId: 'cancelled' };
  const key = 'test/cancelled:send';
  const resolve = () =>
    resolveEffect(ledger(), effect as Effect<unknown, unknown>, {
      ...{ key, verdict: didNotHappen, signal: new AbortController().signal },
    });
  const paused = {
    ...effect,
    async run(context: EffectContext<{ readonly to: string }>) {
      await settleOnce(ledger(), effect, place, { to: 'ada' }, limits);
      assert.match(`${(await failureOf(resolve())).reason}`, /^a request may still be under way/);
      return effect.run(context);
    },
  } as typeof effect;
  const limits = { requestTimeoutMs: 60_000, heartbeat: () => {} };
  const outcome = await runOnce(ledger(), paused, place, { to: 'ada' }, limits);
  assert.deepEqual(outcome, { result: 'late', replayed: false, key });
  assert.equal((await ledger().operator.latest(key))?.state, 'succeeded');
});

test('when the request is over, another key may be raised', async () => {
  const resolve = await leftBehind('over', 'native key', 1);
  assert.deepEqual(await resolve(didNotHappen), { key: 'test/over:send#2', state: 'released' });
});

test('a row that an older worker claimed does not say how long: a minute, as the catalogue has it', async () => {
  const resolve = await leftBehind('older', 'native key', undefined);
  assert.match(`${(await failureOf(resolve(didNotHappen))).reason}`, /look again in (60|59|58) s$/);
});

test('a generation that is not in the ledger, but at the target, is not raised again', async () => {
  const done = { mark: 'test/forgotten:send#2', id: 'id-2', state: 'succeeded', done: true };
  const findMarked: FindMarked = {
    ...{ markOf: (key) => key, idOf: () => undefined },
    async *list() {
      yield [];
      yield [done];
    },
  };
  const refusal = [fails('refused', 'EffectRefused')];
  const { effect } = scripted('native key', refusal, [], { findMarked });
  await failureOf(runner(ledger)(effect, 'forgotten'));
  const resolving = resolveEffect(ledger(), effect as Effect<unknown, unknown>, {
    key: 'test/forgotten:send',
    verdict: didNotHappen,
    signal: new AbortController().signal,
  });
  assert.equal((await failureOf(resolving)).reason, 'it happened: post has id-2 (succeeded)');
});

test('without a native key the lease includes the request', async () => {
  const resolve = await leftBehind('no-key', 'at most once', 60_000);
  assert.deepEqual(await resolve(didNotHappen), { key: 'test/no-key:send#2', state: 'released' });
});
