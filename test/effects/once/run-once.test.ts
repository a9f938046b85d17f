import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runOnce } from '../../../src/effects/once/run-once.ts';
import { failureOf } from './expect-failure.ts';
import { fails, runner, scripted } from './scripted-effect.ts';
import { temporaryLedger } from './temporary-ledger.ts';

const ledger = temporaryLedger();
const run = runner(ledger);

test('first run: done; finished before: the same bytes, and nothing is called', async () => {
  const { effect, requests } = scripted('at most once', [() => 'done']);
  assert.deepEqual(await run(effect, 'first'), {
    result: 'done',
    replayed: false,
    key: 'test/first:send',
  });
  assert.deepEqual(await run(effect, 'first'), {
    result: 'done',
    replayed: true,
    key: 'test/first:send',
  });
  assert.equal(requests.length, 1);
});

test('the claim is committed before the call to the outside', async () => {
  const { effect } = scripted('at most once', [
    async () => {
      const row = await ledger().read({ key: 'test/before:send' });
      return `${row?.state}`;
    },
  ]);
  assert.equal((await run(effect, 'before')).result, 'started');
});

test('same key, other identity: both fingerprints named, nothing called', async () => {
  const { effect, requests } = scripted('native key', [() => 'done']);
  await run(effect, 'reused');
  const failure = await failureOf(run(effect, 'reused', { to: 'eve' }));
  assert.equal(failure.type, 'IdempotencyKeyReused');
  assert.equal(
    failure.reason,
    'the key belongs to v1:1d2b11c60fa0363c0d803e42335ea9b6f8be985805e8a20f655cd04e936c0801, this is v1:3e4b0029213fcdbc0f70e0c0421dc2f368027d4fdae3af732fd07ae91650b016',
  );
  assert.equal(failure.sent, false);
  assert.equal(requests.length, 1);
});

test('what is no identity field may differ', async () => {
  const { effect, requests } = scripted('native key', [() => 'done']);
  await run(effect, 'other-note', { to: 'ada', note: 'one' });
  assert.equal((await run(effect, 'other-note', { to: 'ada', note: 'two' })).replayed, true);
  assert.equal(requests.length, 1);
});

test('two at once: one is done, the other waits for its result', async () => {
  const { effect, requests } = scripted('at most once', [() => sleep(200, 'done')]);
  let heartbeats = 0;
  const heartbeat = () => {
    heartbeats += 1;
  };
  const both = await Promise.all([
    run(effect, 'two', { to: 'ada' }, { heartbeat, requestTimeoutMs: 1000 }),
    run(effect, 'two', { to: 'ada' }, { heartbeat, requestTimeoutMs: 1000 }),
  ]);
  assert.deepEqual(both.map(({ replayed }) => replayed).sort(), [false, true]);
  assert.equal(requests.length, 1);
  assert.ok(heartbeats >= 2);
});

test('waiting has a cap', async () => {
  const { effect } = scripted('at most once', [() => sleep(400, 'done')]);
  const first = run(effect, 'cap');
  const failure = await failureOf(run(effect, 'cap', { to: 'ada' }, { maximumWaitMs: 50 }));
  assert.equal(failure.type, 'EffectInProgress');
  assert.equal(failure.sent, false);
  assert.equal((await first).result, 'done');
});

test('waiting ends with the signal', async () => {
  const { effect } = scripted('at most once', [() => sleep(300, 'done')]);
  const first = run(effect, 'abort-wait');
  const reason = new Error('cancelled');
  const signal = AbortSignal.timeout(50);
  await assert.rejects(run(effect, 'abort-wait', { to: 'ada' }, { signal }), {
    name: 'TimeoutError',
  });
  const controller = new AbortController();
  controller.abort(reason);
  await assert.rejects(
    run(effect, 'abort-wait', { to: 'ada' }, { signal: controller.signal }),
    reason,
  );
  await first;
});

test('a cancellation does not stop what was sent: it finishes and is recorded', async () => {
  const controller = new AbortController();
  const { effect } = scripted('at most once', [
    async (context) => {
      controller.abort();
      assert.equal(context.signal.aborted, false);
      return sleep(50, 'done');
    },
  ]);
  const { result } = await run(effect, 'cancel', { to: 'ada' }, { signal: controller.signal });
  assert.equal(result, 'done');
  assert.equal((await run(effect, 'cancel')).replayed, true);
});

test('a refusal is stored, and replayed as the same failure without a request', async () => {
  const { effect, requests } = scripted('native key', [fails('refused', 'EffectRefused')]);
  const first = await failureOf(run(effect, 'refused'));
  const second = await failureOf(run(effect, 'refused'));
  assert.deepEqual(first, { type: 'EffectRefused', by: 'post', reason: 'scripted' });
  assert.deepEqual(second, { ...first, sent: false });
  assert.equal(requests.length, 1);
});

test('after a refusal a new generation is a new key', async () => {
  const { effect, requests } = scripted('native key', [
    fails('refused', 'EffectRefused'),
    () => 'paid',
  ]);
  await failureOf(run(effect, 'generation'));
  const place = { scope: 'test', workflowId: 'generation', generation: 2 };
  const { result, key } = await runOnce(ledger(), effect, place, { to: 'ada' });
  assert.equal(result, 'paid');
  assert.equal(key, 'test/generation:send#2');
  assert.equal(requests[1]?.key, 'test/generation:send#2');
});

test('a step makes a key of its own', async () => {
  const { effect } = scripted('native key', [() => 'november']);
  const place = { scope: 'test', workflowId: 'steps', step: '2026-11' };
  const { key } = await runOnce(ledger(), effect, place, { to: 'ada' });
  assert.equal(key, 'test/steps:send.2026-11');
});

test('input that does not fit is refused by its paths, before a row is made', async () => {
  const { effect } = scripted('at most once', []);
  const failure = await failureOf(run(effect, 'input', { to: 7 } as never));
  assert.deepEqual(failure, {
    type: 'InvalidRequest',
    by: 'post',
    reason: 'the input does not fit: to',
    sent: false,
  });
  assert.equal(await ledger().read({ key: 'test/input:send' }), undefined);
});

test('a key that could be taken for another is refused', async () => {
  const { effect } = scripted('at most once', []);
  for (const place of [
    { scope: 'a/b', workflowId: 'w' },
    { scope: 'a', workflowId: 'w:x' },
    { scope: 'a', workflowId: 'w', step: 'x:y' },
    { scope: 'a', workflowId: 'w', generation: 0 },
  ]) {
    const failure = await failureOf(runOnce(ledger(), effect, place, { to: 'ada' }));
    assert.equal(failure.type, 'InvalidRequest');
  }
});
