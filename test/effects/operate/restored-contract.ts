import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { EffectContext } from '../../../src/effects/once/effect.ts';
import type { Ledger } from '../../../src/effects/once/ledger.ts';
import { runOnce } from '../../../src/effects/once/run-once.ts';
import { doubtAfterRestore } from '../../../src/effects/operate/doubt-after-restore.ts';
import { failureOf } from '../once/expect-failure.ts';
import { fails, type Input, runner, scripted } from '../once/scripted-effect.ts';

const minuteMs = 60_000;
const windowMs = 23 * 60 * minuteMs;

/** What a ledger must do that was restored from a backup; run against every kind of database. */
export function restoredContract(name: string, open: () => Promise<Ledger>): void {
  describe(`a restored ledger on ${name}`, () => {
    let ledger: Ledger;
    const run = runner(() => ledger);
    before(async () => {
      ledger = await open();
    });
    after(() => ledger.close());

    /** As if the backup were older than the row. */
    async function forget(key: string): Promise<void> {
      const row = await ledger.operator.latest(key);
      assert.ok(row);
      assert.equal(await ledger.operator.remove(key, row.nowMs + minuteMs), 1);
    }
    const restored = (backupAtMs: number, ...workflowIds: string[]) =>
      doubtAfterRestore(ledger, { backupAtMs, scopes: ['test'], workflows: workflowIds });

    test('what offers nothing is unknown, and not done again', async () => {
      const { effect, requests } = scripted('at most once', [() => 'done']);
      await run(effect, 'posted');
      await forget('test/posted:send');
      await restored(Date.now() - minuteMs, 'other-1', 'posted', 'other-2');
      assert.equal((await failureOf(run(effect, 'posted'))).type, 'EffectUnknown');
      assert.equal(requests.length, 1);
    });

    test('a key that the target still knows is sent again, the same', async () => {
      const { effect, requests } = scripted('native key', [() => 'done', () => 'the same'], [], {
        keyWindowMs: windowMs,
      });
      await run(effect, 'known');
      await forget('test/known:send');
      await restored(Date.now() - 10 * minuteMs, 'known');
      assert.equal((await run(effect, 'known')).result, 'the same');
      assert.deepEqual(
        requests.map(({ key, inDoubt }) => [key, inDoubt]),
        [
          ['test/known:send', false],
          ['test/known:send', true],
        ],
      );
    });

    test('a key that it has forgotten is looked up, from the backup on', async () => {
      const backupAtMs = Date.now() - windowMs - minuteMs;
      const since: number[] = [];
      const lookUp = (result: string | undefined) => (context: EffectContext<Input>) => {
        since.push(context.firstSentAtMs);
        return result;
      };
      const { effect, requests } = scripted(
        'native key',
        [() => 'done', () => 'done'],
        [lookUp('found'), lookUp(undefined)],
        { keyWindowMs: windowMs },
      );
      for (const id of ['found', 'not-found']) {
        await run(effect, id);
        await forget(`test/${id}:send`);
      }
      await restored(backupAtMs, 'found', 'not-found');
      assert.equal((await run(effect, 'found')).result, 'found');
      assert.equal((await failureOf(run(effect, 'not-found'))).type, 'EffectUnknown');
      assert.deepEqual(since, [backupAtMs, backupAtMs]);
      assert.equal(requests.length, 2);
    });

    test('a worker that dies at it leaves the doubt', async () => {
      await restored(Date.now() - minuteMs, 'dies');
      const { effect, requests } = scripted('native key', [
        fails('nothing happened', 'RateLimited'),
        () => 'done',
      ]);
      await failureOf(run(effect, 'dies'));
      await run(effect, 'dies');
      assert.deepEqual(
        requests.map(({ inDoubt }) => inDoubt),
        [true, true],
      );
    });

    test('a workflow that did nothing since the backup is not in doubt', async () => {
      await restored(Date.now() - minuteMs, 'old', 'new', 'older-1');
      for (const id of ['newer', 'older']) {
        const { effect, requests } = scripted('at most once', [() => 'done']);
        assert.equal((await run(effect, id)).result, 'done');
        assert.equal(requests[0]?.inDoubt, false);
      }
    });

    test('a row that was given back before the backup may have been taken since', async () => {
      const { effect, requests } = scripted('at most once', [
        fails('nothing happened', 'RateLimited'),
      ]);
      await failureOf(run(effect, 'given-back-before'));
      const { released } = await restored(Date.now(), 'given-back-before');
      assert.ok(released >= 1);
      assert.equal((await failureOf(run(effect, 'given-back-before'))).type, 'EffectUnknown');
      assert.equal(requests.length, 1);
    });

    test('what a person has done anew after the restore is done', async () => {
      await restored(Date.now() - windowMs - minuteMs, 'anew');
      const { effect, requests } = scripted('at most once', [() => 'done']);
      await failureOf(run(effect, 'anew'));
      const row = await ledger.operator.latest('test/anew:send');
      assert.ok(row);
      await ledger.operator.failByHand(row, { type: 'EffectRefused', by: 'post' });
      await ledger.operator.raiseGeneration(row);
      const place = { scope: 'test', workflowId: 'anew' };
      const { key } = await runOnce(ledger, effect, place, { to: 'ada' });
      assert.equal(key, 'test/anew:send#2');
      assert.equal(requests[0]?.inDoubt, false);
      const claimed = await ledger.operator.latest('test/anew:send');
      assert.ok((claimed?.firstSentAtMs ?? 0) > Date.now() - minuteMs);
    });

    test('rows that the backup has are as they were; a second restore reaches as far back as the first', async () => {
      const { effect } = scripted('native key', [() => 'done']);
      await run(effect, 'kept');
      const earlierMs = Date.now() - 60 * minuteMs;
      assert.equal((await restored(earlierMs, 'kept', 'twice')).workflows, 2);
      await restored(Date.now() - minuteMs, 'kept', 'twice');
      assert.equal((await run(effect, 'kept')).replayed, true);
      const since: number[] = [];
      const twice = scripted('native key', [
        ({ firstSentAtMs }) => {
          since.push(firstSentAtMs);
          return 'done';
        },
      ]);
      await run(twice.effect, 'twice');
      assert.deepEqual(since, [earlierMs]);
    });

    test('a backup of the future is refused', async () => {
      const failure = await failureOf(restored(Date.now() + 60 * minuteMs, 'future'));
      assert.equal(failure.type, 'InvalidRequest');
      assert.equal(failure.reason, 'the time of the backup is in the future');
    });
  });
}
