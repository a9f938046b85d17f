import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Effect, FindMarked, MarkedItem } from '../../../src/effects/once/effect.ts';
import { reconcile } from '../../../src/effects/operate/reconcile.ts';
import { scripted } from '../once/scripted-effect.ts';
import { temporaryLedger } from '../once/temporary-ledger.ts';

const ledger = temporaryLedger();

/** A target that is listed; `before` and `after` happen just before and after the list is drawn up. */
function listed(name: string, meanwhile: { before?: () => unknown; after?: () => unknown } = {}) {
  const target: MarkedItem[] = [];
  const counts: unknown[] = [];
  const notNamed: unknown[] = [];
  const findMarked: FindMarked = {
    markOf: (key) => key,
    idOf: (result) => `${result}`,
    async *list() {
      await meanwhile.before?.();
      yield [];
      const items = [...target];
      // A list that moves while it is read shows an item on two pages.
      yield items.slice(0, 2);
      yield items.slice(1);
      await meanwhile.after?.();
    },
  };
  const { effect } = scripted('native key', [], [], { name, findMarked });
  return {
    claim: (workflowId: string) =>
      ledger().claim({
        ...{ key: `test/${workflowId}:${name}`, effect: name },
        ...{ fingerprint: 'v1:x', request: '{}', leaseMs: 60_000 },
      }),
    /** At the target; the ledger does not know yet. */
    do(workflowId: string) {
      const id = `id-${workflowId}`;
      target.push({ mark: `test/${workflowId}:${name}`, id, state: 'succeeded', done: true });
    },
    async record(workflowId: string) {
      const row = await ledger().read({ key: `test/${workflowId}:${name}` });
      assert.ok(row && (await ledger().record(row, `"id-${workflowId}"`)));
    },
    counts,
    notNamed,
    async differences(sinceMs = 3_600_000) {
      const found = await reconcile(ledger(), [effect as Effect<unknown, unknown>], {
        ...{ sinceMs, scopes: ['test'], signal: new AbortController().signal },
      });
      counts.push(found.compared[name]);
      notNamed.push(found.notNamed);
      return found.differences.map(({ kind, key, id }) => [kind, key ?? id]);
    },
  };
}

test('what is done while it compares is no difference, on whichever side it is seen first', async () => {
  const pay = listed('pay', {
    async before() {
      await pay.claim('just-before');
      pay.do('just-before');
      await pay.record('just-before');
    },
    async after() {
      await pay.claim('just-after');
      pay.do('just-after');
      await pay.record('just-after');
      pay.do('under-way');
      await pay.record('under-way');
    },
  });
  await pay.claim('under-way');
  await sleep(5);
  assert.deepEqual(await pay.differences(), []);
});

test('a worker that is at it will record what it has done', async () => {
  const pay = listed('at-it');
  await pay.claim('sent');
  pay.do('sent');
  await sleep(5);
  assert.deepEqual(await pay.differences(), []);
});

test('both sides are compared, row by row', async () => {
  const pay = listed('both');
  for (const id of ['equal', 'missing', 'lapsed']) await pay.claim(id);
  for (const id of ['equal', 'lapsed', 'forgotten']) pay.do(id);
  for (const id of ['equal', 'missing']) await pay.record(id);
  const lapsed = await ledger().read({ key: 'test/lapsed:both' });
  assert.ok(lapsed && (await ledger().giveUp(lapsed, 0)));
  await sleep(5);
  const differences = await pay.differences();
  assert.deepEqual(differences.sort(), [
    ['happened', 'test/lapsed:both'],
    ['missing at the target', 'test/missing:both'],
    ['not in the ledger', 'id-forgotten'],
  ]);
});

test('what is counted is what was asked for, not the days that make up for clocks', async () => {
  const pay = listed('counted');
  for (const id of ['one', 'two', 'three']) {
    await pay.claim(id);
    pay.do(id);
    await pay.record(id);
  }
  pay.do('forgotten');
  await sleep(50);
  await pay.differences();
  await pay.differences(10);
  assert.deepEqual(pay.counts, [
    { rows: 3, items: 4 },
    { rows: 0, items: 1 },
  ]);
});

test('of very many differences a thousand are named, and the others counted', async () => {
  const pay = listed('many');
  for (let nth = 0; nth < 1200; nth += 1) pay.do(`forgotten-${nth}`);
  assert.equal((await pay.differences()).length, 1000);
  assert.deepEqual(pay.notNamed, [200]);
  assert.deepEqual(pay.counts, [{ rows: 0, items: 1200 }]);
});
