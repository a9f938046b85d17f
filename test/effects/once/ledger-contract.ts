import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Claim, ClaimRequest, Ledger } from '../../../src/effects/once/ledger.ts';
import { fails, runner, scripted } from './scripted-effect.ts';

/** What a store must do to be a ledger; run against every kind of database. */
export function ledgerContract(name: string, open: () => Promise<Ledger>): void {
  describe(`ledger on ${name}`, () => {
    let ledger: Ledger;
    let other: Ledger;
    before(async () => {
      // Two workers that start at once: the migrations of both run, once.
      [ledger, other] = await Promise.all([open(), open()]);
    });
    after(async () => {
      await ledger.close();
      await other.close();
    });

    test('a new key is claimed by exactly one of many', async () => {
      const request = requestFor('many');
      const claims = await Promise.all(
        Array.from({ length: 10 }, (_, index) => (index % 2 ? ledger : other).claim(request)),
      );
      assert.equal(claims.filter((claim) => claim !== undefined).length, 1);
    });

    test('a held key is not claimed, a lapsed one is: doubted, and with a higher token', async () => {
      const request = { ...requestFor('lapse'), leaseMs: 150 };
      const first = await claimed(ledger, request);
      assert.equal(first.inDoubt, false);
      assert.equal(await other.claim(request), undefined);
      await sleep(200);
      const second = await claimed(other, request);
      assert.equal(second.inDoubt, true);
      assert.ok(second.token > first.token);
      assert.equal(second.firstSentAtMs, first.firstSentAtMs);
      assert.ok(second.claimedAtMs >= first.claimedAtMs + 150);
    });

    test('a late record with an old token is refused', async () => {
      const request = { ...requestFor('late'), leaseMs: 1 };
      const slow = await claimed(ledger, request);
      await sleep(20);
      const next = await claimed(other, request);
      assert.equal(await ledger.record(slow, '"slow"'), false);
      assert.equal(await ledger.renew(slow, 1000), false);
      assert.equal(await ledger.release(slow), false);
      assert.equal(await other.record(next, '"next"'), true);
      assert.equal((await ledger.read(request))?.result, '"next"');
    });

    test('a claim whose lease ran out may still record while nobody took it over', async () => {
      const request = { ...requestFor('overdue'), leaseMs: 1 };
      const claim = await claimed(ledger, request);
      await sleep(20);
      assert.equal(await ledger.record(claim, '1'), true);
    });

    test('a renewed lease is not taken over', async () => {
      const request = { ...requestFor('renewed'), leaseMs: 100 };
      const claim = await claimed(ledger, request);
      assert.equal(await ledger.renew(claim, 60_000), true);
      await sleep(150);
      assert.equal(await other.claim(request), undefined);
    });

    test('a result comes back byte for byte, and is never changed again', async () => {
      const request = requestFor('bytes');
      const claim = await claimed(ledger, request);
      const text = '{ "b": 1.0,  "a": "ü\\u0000\\n" , "n": 12345678901234567890 }';
      assert.equal(await ledger.record(claim, text), true);
      assert.equal(await ledger.record(claim, '"again"'), false);
      assert.equal(await other.claim(request), undefined);
      const row = await other.read(request);
      assert.equal(row?.state, 'succeeded');
      assert.equal(row?.result, text);
    });

    test('a refusal is kept with its fields', async () => {
      const request = requestFor('refused');
      const claim = await claimed(ledger, request);
      const failure = { type: 'EffectRefused', by: 'stripe', status: 402 } as const;
      assert.equal(await ledger.fail(claim, failure), true);
      assert.equal(await other.claim(request), undefined);
      const row = await other.read(request);
      assert.equal(row?.state, 'failed');
      assert.deepEqual(row?.failure, failure);
    });

    test('what is unknown is not claimed; a later look-up settles it', async () => {
      const request = requestFor('unknown');
      const claim = await claimed(ledger, request);
      assert.equal(await ledger.markUnknown(claim, { type: 'EffectUnknown', by: 'x' }), true);
      assert.equal(await other.claim(request), undefined);
      const row = await other.read(request);
      assert.ok(row);
      assert.equal(row.state, 'unknown');
      assert.equal(await other.record(row, '7'), true);
      assert.equal(await ledger.record(row, '8'), false);
      assert.equal((await ledger.read(request))?.result, '7');
    });

    test('released begins anew: no doubt, a new request, a token never used before', async () => {
      const request = requestFor('released');
      const first = await claimed(ledger, request);
      assert.equal(await ledger.release(first), true);
      assert.equal((await other.read(request))?.state, 'released');
      const second = await claimed(other, { ...request, request: '{"v":2}', apiVersion: '2' });
      assert.ok(second.token > first.token);
      assert.equal(second.inDoubt, false);
      assert.equal(second.request, '{"v":2}');
      assert.equal(second.apiVersion, '2');
    });

    test('in doubt the first request stays, and a release cannot clear the doubt', async () => {
      const request = requestFor('doubt');
      const first = await claimed(ledger, request);
      assert.equal(await ledger.giveUp(first, 0), true);
      const second = await claimed(other, { ...request, request: '{"v":2}', apiVersion: '2' });
      assert.equal(second.request, '{"v":1}');
      assert.equal(second.apiVersion, '1');
      assert.equal(await other.release(second), true);
      assert.equal((await ledger.read(request))?.state, 'started');
      assert.equal((await claimed(ledger, request)).inDoubt, true);
    });

    test('given up in doubt, it is held for the grace', async () => {
      const request = requestFor('grace');
      const claim = await claimed(ledger, request);
      await ledger.giveUp(claim, 200);
      assert.equal(await other.claim(request), undefined);
      await sleep(250);
      assert.equal((await claimed(other, request)).inDoubt, true);
    });

    test('another fingerprint never claims what may have been sent', async () => {
      for (const state of ['started', 'lapsed', 'lapsed in doubt'] as const) {
        const request = {
          ...requestFor(`other-${state}`),
          leaseMs: state === 'started' ? 5000 : 0,
        };
        const claim = await claimed(ledger, request);
        if (state === 'lapsed in doubt') await ledger.release(await claimed(other, request));
        assert.ok(claim);
        assert.equal(await other.claim({ ...request, fingerprint: 'v1:other' }), undefined, state);
      }
    });

    test('nothing happened, so nothing binds: a corrected identity is done under the same key', async () => {
      const { effect, requests } = scripted('native key', [
        fails('nothing happened', 'InvalidCredentials'),
        () => 'sent',
      ]);
      const run = runner(() => ledger);
      await assert.rejects(run(effect, 'released-other', { to: 'ada' }));
      assert.equal((await run(effect, 'released-other', { to: 'eve' })).result, 'sent');
      assert.equal(requests.length, 2);
    });

    test('generations are rows of their own', async () => {
      const request = requestFor('generation');
      await ledger.fail(await claimed(ledger, request), { type: 'EffectRefused', by: 'x' });
      const second = await claimed(ledger, { ...request, key: `${request.key}#2` });
      assert.equal(await ledger.record(second, '2'), true);
      assert.equal((await ledger.read(request))?.state, 'failed');
      assert.equal((await ledger.read({ ...request, key: `${request.key}#2` }))?.result, '2');
    });

    test('what a transaction did is gone with it, its claim included', async () => {
      const request = requestFor('rollback');
      const failing = ledger.transaction(async (statements) => {
        await statements.record(await claimed(statements, request), '1');
        throw new Error('no');
      });
      await assert.rejects(failing, /^Error: no$/);
      assert.equal(await ledger.read(request), undefined);
      assert.equal((await claimed(other, request)).inDoubt, false);
    });

    test('of two transactions with the same key one claims, the other sees the result', async () => {
      const request = requestFor('transactions');
      const both = await Promise.all(
        [ledger, other].map((worker) =>
          worker.transaction(async (statements) => {
            const claim = await statements.claim(request);
            if (!claim) return (await statements.read(request))?.result;
            await sleep(50);
            await statements.record(claim, '"first"');
            return 'claimed';
          }),
        ),
      );
      assert.deepEqual(both.sort(), ['"first"', 'claimed']);
    });

    test('by hand: what is unknown or lapsed is settled, what is held or settled is not', async () => {
      const { operator } = ledger;
      for (const state of ['unknown', 'lapsed', 'held', 'settled'] as const) {
        const request = { ...requestFor(`hand-${state}`), leaseMs: state === 'lapsed' ? 0 : 5000 };
        const claim = await claimed(ledger, request);
        if (state === 'unknown') {
          await ledger.markUnknown(claim, { type: 'EffectUnknown', by: 'x' });
        }
        if (state === 'settled') await ledger.record(claim, '1');
        const row = await other.operator.latest(request.key);
        assert.ok(row);
        const isOpen = state === 'unknown' || state === 'lapsed';
        assert.equal(await operator.settleByHand(row, '7'), isOpen, state);
        assert.equal(await operator.failByHand(row, { type: 'EffectRefused', by: 'x' }), false);
        assert.equal(await ledger.record(claim, '"late"'), state === 'held', state);
      }
    });

    test('a new generation is raised once; it rules, and its token was never used', async () => {
      const request = requestFor('raise');
      const claim = await claimed(ledger, request);
      await ledger.fail(claim, { type: 'EffectRefused', by: 'x' });
      const row = await ledger.operator.latest(request.key);
      assert.ok(row);
      assert.equal((await ledger.read(request))?.latestKey, undefined);
      assert.equal(await ledger.operator.raiseGeneration(row), true);
      assert.equal(await other.operator.raiseGeneration(row), false);
      assert.equal((await ledger.read(request))?.latestKey, `${request.key}#2`);
      assert.equal((await other.operator.latest(request.key))?.state, 'released');
      const next = await claimed(other, {
        ...request,
        key: `${request.key}#2`,
        request: '{"v":2}',
      });
      assert.ok(next.token > claim.token + 1);
      assert.deepEqual([next.inDoubt, next.request], [false, '{"v":2}']);
    });

    test('rows are listed by state, name, workflow and age, page by page', async () => {
      for (const name of ['pay', 'pay.2026-11', 'pay.2026-12', 'mail']) {
        const request = { ...requestFor('list'), key: `lists/w%_:${name}` };
        const claim = await claimed(ledger, { ...request, effect: name.split('.')[0] ?? name });
        if (name !== 'pay') await ledger.record(claim, '1');
      }
      const keys = async (filter: object) => {
        const rows = await ledger.operator.list({ keyPrefix: 'lists/', limit: 10, ...filter });
        return rows.map(({ key }) => key.slice('lists/w%_:'.length)).sort();
      };
      assert.deepEqual(await keys({}), ['mail', 'pay', 'pay.2026-11', 'pay.2026-12']);
      assert.deepEqual(await keys({ effect: 'pay' }), ['pay', 'pay.2026-11', 'pay.2026-12']);
      assert.deepEqual(await keys({ effect: 'pay.2026-11' }), ['pay.2026-11']);
      assert.deepEqual(await keys({ states: ['started'] }), ['pay']);
      assert.deepEqual(await keys({ keyPrefix: 'lists/w%_:m' }), ['mail']);
      assert.deepEqual(await keys({ keyPrefix: 'lists/wxx:' }), []);
      assert.deepEqual(await keys({ changedBeforeMs: 60_000 }), []);
      assert.equal((await keys({ changedAfterMs: 60_000 })).length, 4);
      const first = await ledger.operator.list({ keyPrefix: 'lists/', limit: 3 });
      const after = first.at(-1);
      assert.ok(after);
      const rest = await ledger.operator.list({ keyPrefix: 'lists/', limit: 3, after });
      const all = [...first, ...rest].map(({ key }) => key);
      assert.deepEqual([all.length, new Set(all).size], [4, 4]);
    });

    test('removed are only keys that are settled in every generation; tokens never come back', async () => {
      const request = requestFor('remove');
      const claim = await claimed(ledger, request);
      const row = await ledger.read(request);
      assert.ok(row);
      const laterMs = row.nowMs + 3_600_000;
      assert.equal(await ledger.operator.remove(request.key, laterMs), 0, 'started');
      await ledger.markUnknown(claim, { type: 'EffectUnknown', by: 'x' });
      assert.equal(await ledger.operator.remove(request.key, laterMs), 0, 'unknown');
      await ledger.operator.failByHand(row, { type: 'EffectRefused', by: 'x' });
      await ledger.operator.raiseGeneration(row);
      assert.equal(await ledger.operator.remove(request.key, laterMs), 0, 'raised');
      const second = await claimed(ledger, { ...request, key: `${request.key}#2` });
      await ledger.record(second, '1');
      assert.equal(await ledger.operator.remove(request.key, row.nowMs - 1), 0, 'changed since');
      assert.equal(await ledger.operator.remove(request.key, laterMs), 2);
      const anew = await claimed(other, request);
      assert.ok(anew.token > second.token);
      assert.equal(anew.inDoubt, false);
    });
  });
}

function requestFor(name: string): ClaimRequest {
  return {
    key: `test/${name}:effect`,
    effect: 'effect',
    fingerprint: 'v1:same',
    request: '{"v":1}',
    apiVersion: '1',
    leaseMs: 5000,
  };
}

async function claimed(ledger: { claim: Ledger['claim'] }, request: ClaimRequest): Promise<Claim> {
  const claim = await ledger.claim(request);
  assert.ok(claim, `${request.key} should be claimable`);
  return claim;
}
