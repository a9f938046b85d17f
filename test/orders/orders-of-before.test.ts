import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { sql } from 'kysely';
import { startPostgres } from '../../dev/servers/postgres.ts';
import {
  type DatabaseKind,
  type DatabaseLocation,
  openDatabase,
} from '../../src/database/open-database.ts';
import { ledgerIn } from '../../src/effects/once/open-ledger.ts';
import { runOnce } from '../../src/effects/once/run-once.ts';
import { createSaveOrder, withOrderTable } from '../support/order-effects.ts';

// The ledger's own migration 002 made the table of orders, before an effect could bring its tables.

const nowMs: Record<DatabaseKind, string> = {
  sqlite: `cast(unixepoch('subsec') * 1000 as integer)`,
  postgres: 'floor(extract(epoch from clock_timestamp()) * 1000)::bigint',
};
const as002MadeIt = (kind: DatabaseKind) => `create table holdfast_order (
  "key" text primary key, order_id text not null, customer_id text not null,
  payment_method text not null, email_hash text not null, extracted text not null,
  amount_minor bigint, currency text, review_reasons text not null,
  fingerprint text not null, saved_at_ms bigint default (${nowMs[kind]}) not null)`;

const request = { email: 'One lamp', customer: { id: 'cus_1', paymentMethod: 'pm_1' } };
const orderFor = (orderId: string, total: string) => ({
  ...{ orderId, request },
  extracted: {
    items: [{ description: 'Lamp', quantity: 1, unitPrice: '12.00' }],
    ...{ total, currency: 'EUR' },
  },
});

async function keepsItsRows(location: DatabaseLocation): Promise<void> {
  const open = openDatabase(location);
  const ledger = await ledgerIn(open);
  try {
    const { rows: ran } = await sql<{ name: string }>`select name from holdfast_migration
      where name = '002_orders'`.execute(open.database);
    assert.equal(ran.length, 1, 'a worker of before would make the table a second time');
    await sql.raw(as002MadeIt(open.kind)).execute(open.database);
    const limits = [{ amountMinor: 50_000, currency: 'eur' }];
    const save = (orderId: string, total: string) =>
      runOnce(
        ledger,
        createSaveOrder({ ledger, limits }),
        { scope: 'test', workflowId: orderId },
        orderFor(orderId, total),
      );
    const before = await save('order-1', '12.00');
    // Twice: a worker migrates at every start.
    await withOrderTable(await withOrderTable(ledger));
    // The ledger's row is pruned: the order's own is what is left.
    const row = (await ledger.operator.latest(before.key)) ?? assert.fail('saved');
    await ledger.operator.remove(row.key, row.nowMs + 3_600_000);
    const again = await save('order-1', '99.00');
    assert.deepEqual([again.replayed, again.result], [false, before.result]);
    await save('order-2', '12.00');
    const { rows } = await sql`select order_id, saved_at_ms > 1700000000000 as dated
      from holdfast_order order by order_id`.execute(open.database);
    const dated = open.kind === 'sqlite' ? 1 : true;
    assert.deepEqual(
      rows.map((each) => Object.assign({}, each)),
      [
        { order_id: 'order-1', dated },
        { order_id: 'order-2', dated },
      ],
    );
  } finally {
    await ledger.close();
  }
}

test('a SQLite file with the table of before keeps its orders', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-orders-'));
  t.after(() => rm(folder, { recursive: true }));
  await keepsItsRows({ sqliteFile: path.join(folder, 'ledger.db') });
});

test('a PostgreSQL with the table of before keeps its orders', async (t) => {
  const server = await startPostgres();
  t.after(() => server.stop());
  await keepsItsRows({ databaseUrl: server.url });
});
