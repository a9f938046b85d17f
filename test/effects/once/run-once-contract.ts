import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import type { TransactionEffect } from '../../../src/effects/once/effect.ts';
import type { Ledger } from '../../../src/effects/once/ledger.ts';
import { runOnce } from '../../../src/effects/once/run-once.ts';
import { createSaveOrder, withOrderTable } from '../../support/order-effects.ts';
import { failureOf } from './expect-failure.ts';
import { fails, type Input, runner, scripted } from './scripted-effect.ts';

/** What `runOnce` must do whatever its ledger is kept in; run against every kind of database. */
export function runOnceContract(name: string, open: () => Promise<Ledger>): void {
  describe(`runOnce on ${name}`, () => {
    let ledger: Ledger;
    before(async () => {
      ledger = await withOrderTable(await open());
    });
    after(() => ledger.close());

    test('unknown, then found to have failed: stored as failed, and not asked for again', async () => {
      const { effect, looked } = scripted(
        'native key',
        [fails('unknown', 'EffectUnknown')],
        [fails('refused', 'EffectRefused')],
      );
      const run = runner(() => ledger);
      await failureOf(run(effect, 'came-to-nothing'));
      assert.equal((await failureOf(run(effect, 'came-to-nothing'))).type, 'EffectRefused');
      const row = await ledger.operator.latest('test/came-to-nothing:send');
      assert.equal(row?.state, 'failed');
      assert.deepEqual(row?.failure, { type: 'EffectRefused', by: 'post', reason: 'scripted' });
      assert.equal((await failureOf(run(effect, 'came-to-nothing'))).type, 'EffectRefused');
      assert.equal(looked(), 1);
    });

    test('unknown, and settled by a person during the look-up: their word stands', async () => {
      const { effect } = scripted('native key', [fails('unknown', 'EffectUnknown')]);
      const run = runner(() => ledger);
      await failureOf(run(effect, 'settled-meanwhile'));
      const lookUp = async () => {
        const row = await ledger.operator.latest('test/settled-meanwhile:send');
        assert.ok(row);
        await ledger.operator.settleByHand(row, '"by hand"');
        return 'by the look-up';
      };
      const asking = run({ ...effect, lookUp } as typeof effect, 'settled-meanwhile');
      assert.equal((await failureOf(asking)).type, 'EffectInProgress');
      assert.equal((await run(effect, 'settled-meanwhile')).result, 'by hand');
    });

    test('a key given back binds nobody, within a transaction too', async () => {
      const place = { scope: 'test', workflowId: 'given-back-inside' };
      const save = (at: Ledger, to: string) => runOnce(at, within(at), place, { to });
      await save(ledger, 'ada');
      const row = await ledger.operator.latest('test/given-back-inside:keep');
      assert.ok(row);
      await ledger.operator.remove(row.key, row.nowMs + 3_600_000);
      const claim = await ledger.claim({ ...row, leaseMs: 60_000 });
      assert.ok(claim);
      await ledger.release(claim);
      assert.equal((await save(askedAtMost(10, ledger), 'eve')).result, 'kept for eve');
      assert.equal((await failureOf(save(ledger, 'ada'))).type, 'IdempotencyKeyReused');
    });

    test('an order whose row in the ledger was pruned: the first save still decides', async () => {
      const effect = createSaveOrder({
        ledger,
        limits: [{ amountMinor: 50_000, currency: 'eur' }],
      });
      const save = (orderId: string, total: string, email = 'One lamp') =>
        runOnce(
          ledger,
          effect,
          { scope: 'test', workflowId: orderId },
          {
            orderId,
            request: { email, customer: { id: 'cus_1', paymentMethod: 'pm_1' } },
            extracted: {
              items: [{ description: 'Lamp', quantity: 1, unitPrice: '12.00' }],
              total,
              currency: 'EUR',
            },
          },
        );
      for (const [orderId, total] of [
        ['pruned-1', '12.00'],
        ['pruned-2', '1.234'],
      ] as const) {
        const first = await save(orderId, total);
        const row = await ledger.operator.latest(first.key);
        assert.ok(row);
        assert.equal(await ledger.operator.remove(row.key, row.nowMs + 3_600_000), 1);
        const other = await failureOf(save(orderId, total, 'Two lamps'));
        assert.equal(other.type, 'IdempotencyKeyReused');
        assert.match(`${other.reason}`, /belongs to v1:[0-9a-f]{64}, this is v1:[0-9a-f]{64}/);
        assert.deepEqual((await save(orderId, '99.00')).result, first.result);
        // Its row is back: from here on it is an ordinary replay.
        assert.equal((await save(orderId, '99.00')).replayed, true);
      }
    });
  });
}

/** An effect in the ledger's own transaction. */
function within(ledger: Ledger): TransactionEffect<Input, string> {
  return {
    name: 'keep',
    target: 'database',
    way: 'same transaction',
    ledger,
    input: z.object({ to: z.string() }),
    result: z.string(),
    identity: ({ to }) => ({ to }),
    run: async ({ input }) => `kept for ${input.to}`,
  };
}

/** A ledger that ends the test, instead of freezing it, when it is asked without end. */
function askedAtMost(times: number, ledger: Ledger): Ledger {
  let reads = 0;
  const counting = <T extends Pick<Ledger, 'read'>>(statements: T): T => ({
    ...statements,
    async read(row) {
      reads += 1;
      if (reads > times) throw new Error(`read more than ${times} times`);
      return statements.read(row);
    },
  });
  return {
    ...counting(ledger),
    transaction: (run) =>
      ledger.transaction((statements, transaction) => run(counting(statements), transaction)),
  };
}
