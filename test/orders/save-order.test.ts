import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { Ledger } from '../../src/effects/once/ledger.ts';
import { openLedger } from '../../src/effects/once/open-ledger.ts';
import { runOnce } from '../../src/effects/once/run-once.ts';
import type { SaveOrderInput } from '../../src/orders/save-order.ts';
import { failureOf } from '../effects/once/expect-failure.ts';
import { temporaryLedger } from '../effects/once/temporary-ledger.ts';
import { createSaveOrder, withOrderTable } from '../support/order-effects.ts';

const ledger = temporaryLedger(withOrderTable);
const limits = [{ amountMinor: 50_000, currency: 'eur' }];

function inputFor(orderId: string, total = '120.00', email = 'Two bolts, please'): SaveOrderInput {
  return {
    orderId,
    request: { email, customer: { id: 'cus_1', paymentMethod: 'pm_1' } },
    extracted: {
      items: [{ description: 'Bolt', quantity: 2, unitPrice: '60.00' }],
      total,
      currency: 'EUR',
    },
  };
}

function save(input: SaveOrderInput, at: Ledger = ledger()) {
  const effect = createSaveOrder({ ledger: at, limits });
  return runOnce(at, effect, { scope: 'test', workflowId: input.orderId }, input);
}

test('an order is saved with what is to be charged', async () => {
  const { result, replayed, key } = await save(inputFor('order-1'));
  assert.equal(replayed, false);
  assert.equal(key, 'test/order-1:save');
  const { fingerprint, ...order } = result;
  assert.match(fingerprint, /^v1:[0-9a-f]{64}$/);
  assert.deepEqual(order, {
    orderId: 'order-1',
    customerId: 'cus_1',
    paymentMethod: 'pm_1',
    extracted: {
      items: [{ description: 'Bolt', quantity: 2, unitPrice: '60.00' }],
      total: '120.00',
      currency: 'EUR',
    },
    total: { amountMinor: 12000, currency: 'eur' },
    reviewReasons: [],
  });
});

test('the first save decides: another reading of the same email gets the first row', async () => {
  const first = await save(inputFor('order-2', '120.00'));
  const second = await save(inputFor('order-2', '9999.00'));
  assert.equal(second.replayed, true);
  assert.deepEqual(second.result, first.result);
  assert.equal(second.result.total?.amountMinor, 12000);
});

test('another email under the same order id is another order', async () => {
  await save(inputFor('order-3'));
  const failure = await failureOf(save(inputFor('order-3', '120.00', 'Three bolts, please')));
  assert.equal(failure.type, 'IdempotencyKeyReused');
});

test('what cannot be charged without asking is saved all the same, with the reasons', async () => {
  const { result } = await save(inputFor('order-4', '1.234'));
  assert.equal(result.total, undefined);
  assert.deepEqual(result.reviewReasons, [
    'total: the amount is ambiguous: its separator may mark thousands or decimals',
  ]);
});

test('ten at once make one row', async () => {
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => save(inputFor('order-5'))));
  assert.equal(outcomes.filter(({ replayed }) => !replayed).length, 1);
  const database = new DatabaseSync(ledger().name, { readOnly: true });
  const rows = database
    .prepare('select order_id, amount_minor, currency from holdfast_order where order_id = ?')
    .all('order-5');
  database.close();
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    [{ order_id: 'order-5', amount_minor: 12000, currency: 'eur' }],
  );
});

test('a save that fails leaves neither order nor claim', async () => {
  const effect = createSaveOrder({ ledger: ledger(), limits });
  const failing = {
    ...effect,
    run: async (context: Parameters<typeof effect.run>[0]) => {
      await effect.run(context);
      throw new Error('the process died here');
    },
  };
  const place = { scope: 'test', workflowId: 'order-6' };
  const failed = runOnce(ledger(), failing, place, inputFor('order-6'));
  await assert.rejects(failed, { message: 'the process died here' });
  assert.equal(await ledger().read({ key: 'test/order-6:save' }), undefined);
  assert.equal((await save(inputFor('order-6'))).replayed, false);
});

test('an effect made for another database is refused', async () => {
  const elsewhere = await openLedger({ sqliteFile: `${ledger().name}.other` });
  try {
    const effect = createSaveOrder({ ledger: elsewhere, limits });
    const place = { scope: 'test', workflowId: 'order-7' };
    const failure = await failureOf(runOnce(ledger(), effect, place, inputFor('order-7')));
    assert.equal(failure.type, 'InvalidRequest');
    assert.match(`${failure.reason}`, /save was made for another ledger/);
  } finally {
    await elsewhere.close();
  }
});
