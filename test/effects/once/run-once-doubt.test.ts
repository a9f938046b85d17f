import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { settleOnce } from '../../../src/effects/once/settle-once.ts';
import { failureOf } from './expect-failure.ts';
import { fails, runner, scripted } from './scripted-effect.ts';
import { temporaryLedger } from './temporary-ledger.ts';

const ledger = temporaryLedger();
const run = runner(ledger);

test('nothing happened: released, and run again without doubt', async () => {
  const { effect, requests } = scripted('at most once', [
    fails('nothing happened', 'RateLimited'),
    () => 'done',
  ]);
  assert.equal((await failureOf(run(effect, 'released'))).type, 'RateLimited');
  assert.equal((await run(effect, 'released')).result, 'done');
  assert.deepEqual(
    requests.map(({ inDoubt }) => inDoubt),
    [false, false],
  );
});

test('in doubt with a native key: the same request under the same key at once', async () => {
  const { effect, requests } = scripted('native key', [fails('in doubt', 'Timeout'), () => 'done']);
  await failureOf(run(effect, 'native', { to: 'ada', note: 'as first sent' }));
  const { result } = await run(effect, 'native', { to: 'ada', note: 'after a deploy' });
  assert.equal(result, 'done');
  assert.deepEqual(requests[1], {
    key: 'test/native:send',
    request: { to: 'ada', note: 'as first sent', key: 'test/native:send' },
    inDoubt: true,
  });
});

test('in doubt, then surely nothing: the doubt of the first attempt stays', async () => {
  const { effect, requests } = scripted('native key', [
    fails('in doubt', 'Timeout'),
    fails('nothing happened', 'RateLimited'),
    () => 'done',
  ]);
  await failureOf(run(effect, 'doubt-stays', { to: 'ada', note: 'as first sent' }));
  await failureOf(run(effect, 'doubt-stays'));
  await run(effect, 'doubt-stays', { to: 'ada', note: 'after a deploy' });
  assert.equal(requests[2]?.inDoubt, true);
  assert.deepEqual(requests[2]?.request, requests[0]?.request);
});

test('in doubt beyond the key window: looked up, and unknown when not found', async () => {
  const found = scripted('native key', [fails('in doubt', 'Timeout')], [() => 'found'], {
    keyWindowMs: 0,
  });
  await failureOf(run(found.effect, 'window-found'));
  assert.equal((await run(found.effect, 'window-found')).result, 'found');
  assert.equal(found.requests.length, 1);

  const lost = scripted('native key', [fails('in doubt', 'Timeout')], [() => undefined], {
    keyWindowMs: 0,
  });
  await failureOf(run(lost.effect, 'window-lost'));
  assert.equal((await failureOf(run(lost.effect, 'window-lost'))).type, 'EffectUnknown');
  assert.equal(lost.requests.length, 1);
});

test('find before create: looked for before each run, and found instead of run again', async () => {
  const { effect, requests, looked } = scripted(
    'find before create',
    [fails('in doubt', 'Timeout')],
    [() => undefined, () => 'found'],
  );
  await failureOf(run(effect, 'find'));
  const startedMs = performance.now();
  assert.equal((await run(effect, 'find')).result, 'found');
  // What was sent may still be under way for as long as a request may take.
  assert.ok(performance.now() - startedMs >= 80);
  assert.equal(requests.length, 1);
  assert.equal(looked(), 2);
});

test('find before create: who lost the claim while looking does not create', async () => {
  const { effect, requests } = scripted(
    'find before create',
    [() => 'second'],
    [() => undefined, () => undefined],
  );
  const slow = {
    ...effect,
    lookUp: async () => {
      // As a paused process: its lease and the grace run out, and another worker does it.
      const row = await ledger().read({ key: 'test/paused:send' });
      if (row) await ledger().giveUp(row, 0);
      await run(effect, 'paused');
      return undefined;
    },
  } as typeof effect;
  const outcome = await run(slow, 'paused');
  assert.deepEqual(outcome, { result: 'second', replayed: true, key: 'test/paused:send' });
  assert.equal(requests.length, 1);
});

test('a late result of a worker that was fenced off is not recorded', async () => {
  const { effect, requests } = scripted('native key', [
    async () => {
      const row = await ledger().read({ key: 'test/fenced:send' });
      if (row) await ledger().giveUp(row, 0);
      assert.equal((await run(effect, 'fenced')).result, 'from the second');
      return 'from the first';
    },
    () => 'from the second',
  ]);
  const outcome = await run(effect, 'fenced');
  assert.deepEqual(outcome, { result: 'from the second', replayed: true, key: 'test/fenced:send' });
  assert.equal(requests.length, 2);
});

test('nothing: in doubt is unknown at once, and stays so without a request', async () => {
  const { effect, requests } = scripted('at most once', [fails('in doubt', 'ConnectionFailed')]);
  assert.equal((await failureOf(run(effect, 'nothing'))).type, 'EffectUnknown');
  assert.equal((await failureOf(run(effect, 'nothing'))).type, 'EffectUnknown');
  assert.equal(requests.length, 1);
});

test('nothing: a worker that died after the claim leaves it unknown', async () => {
  const { effect, requests } = scripted('at most once', [() => 'never']);
  const claim = await ledger().claim({
    key: 'test/died:send',
    effect: 'send',
    fingerprint: 'v1:1d2b11c60fa0363c0d803e42335ea9b6f8be985805e8a20f655cd04e936c0801',
    request: '{}',
    leaseMs: 100,
  });
  assert.ok(claim);
  assert.equal((await failureOf(run(effect, 'died'))).type, 'EffectUnknown');
  assert.equal(requests.length, 0);
});

test('put in doubt by its workflow that ended, while the request was under way: what it did is recorded', async () => {
  const ends = (workflowId: string) => {
    const place = { scope: 'test', workflowId };
    const limits = { requestTimeoutMs: 100, heartbeat() {} };
    return settleOnce(ledger(), effect, place, { to: 'ada' }, limits);
  };
  const stateAtEnd = async (workflowId: string) => (await ends(workflowId)).state;
  const { effect, requests } = scripted('at most once', [
    async () => {
      assert.equal(await stateAtEnd('ended-done'), 'unknown');
      return 'done all the same';
    },
    async () => {
      assert.equal(await stateAtEnd('ended-nothing'), 'unknown');
      return fails('nothing happened', 'RateLimited')();
    },
    async () => {
      assert.equal(await stateAtEnd('ended-refused'), 'unknown');
      return fails('refused', 'EffectRefused')();
    },
  ]);
  assert.equal((await run(effect, 'ended-done')).result, 'done all the same');
  assert.equal((await failureOf(run(effect, 'ended-nothing'))).type, 'RateLimited');
  assert.equal((await failureOf(run(effect, 'ended-refused'))).type, 'EffectRefused');
  assert.equal(await stateAtEnd('ended-done'), 'done');
  assert.equal(await stateAtEnd('ended-nothing'), 'not done');
  assert.equal(await stateAtEnd('ended-refused'), 'refused');
  assert.equal(requests.length, 3);
});

test('what is unknown is looked up once more when asked again', async () => {
  const { effect, looked } = scripted(
    'native key',
    [fails('unknown', 'EffectUnknown')],
    [() => undefined, () => 'found at last'],
  );
  await failureOf(run(effect, 'again'));
  assert.equal((await failureOf(run(effect, 'again'))).type, 'EffectUnknown');
  assert.equal((await run(effect, 'again')).result, 'found at last');
  assert.equal((await run(effect, 'again')).result, 'found at last');
  assert.equal(looked(), 2);
});

test('unknown, and found in a shape that does not fit: it stays unknown', async () => {
  const { effect } = scripted(
    'native key',
    [fails('unknown', 'EffectUnknown')],
    [() => 7 as unknown as string, () => 'found at last'],
  );
  await failureOf(run(effect, 'found-shape'));
  assert.deepEqual(await failureOf(run(effect, 'found-shape')), {
    type: 'EffectUnknown',
    by: 'post',
    reason: 'the result does not fit its schema',
  });
  assert.equal((await run(effect, 'found-shape')).result, 'found at last');
});

test('a bug in an effect leaves it in doubt, without its message', async () => {
  const { effect } = scripted('native key', [
    () => {
      throw new RangeError('the card number is 4242');
    },
  ]);
  const { type, by, reason } = await failureOf(run(effect, 'bug'));
  assert.deepEqual([type, by], ['ServerError', 'post']);
  assert.match(`${reason}`, /^unexpected RangeError at run-once-doubt\.test\.ts:\d+$/);
});

test('a result that does not fit is unknown: it happened, and a repeat would be blind', async () => {
  const { effect } = scripted('at most once', [() => 7 as unknown as string]);
  assert.equal((await failureOf(run(effect, 'shape'))).type, 'EffectUnknown');
});

test('a lease is renewed for as long as its worker works', async () => {
  const { effect, requests } = scripted('native key', [() => sleep(2500, 'done')]);
  const options = { leaseMs: 1000, requestTimeoutMs: 5000 };
  const both = await Promise.all([
    run(effect, 'renewed', { to: 'ada' }, options),
    run(effect, 'renewed', { to: 'ada' }, options),
  ]);
  assert.equal(requests.length, 1);
  assert.deepEqual(
    both.map(({ result }) => result),
    ['done', 'done'],
  );
});

test('a request timeout longer than any timer is no timeout at once', async () => {
  const { effect } = scripted('native key', [(context) => `aborted: ${context.signal.aborted}`]);
  const slow = {
    ...effect,
    run: async (context: Parameters<typeof effect.run>[0]) => {
      await sleep(20);
      return effect.run(context);
    },
  } as typeof effect;
  const { result } = await run(slow, 'long', { to: 'ada' }, { requestTimeoutMs: 2 ** 31 });
  assert.equal(result, 'aborted: false');
});
