import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { type PostgresServer, startPostgres } from '../../../dev/servers/postgres.ts';
import { openDatabase } from '../../../src/database/open-database.ts';
import { openLedger } from '../../../src/effects/once/open-ledger.ts';
import { runOnce } from '../../../src/effects/once/run-once.ts';
import { createSaveOrder, withOrderTable } from '../../support/order-effects.ts';
import { restoredContract } from '../operate/restored-contract.ts';
import { webhookTarget } from '../targets/webhook-target.ts';
import { atSizeContract } from './at-size-contract.ts';
import { failureOf } from './expect-failure.ts';
import { ledgerContract } from './ledger-contract.ts';
import { runOnceContract } from './run-once-contract.ts';
import { runner, scripted } from './scripted-effect.ts';
import { startEffectProcess } from './start-effect-process.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres();
});
after(() => server.stop());

const open = () => openLedger({ databaseUrl: server.url });
ledgerContract('PostgreSQL', open);
restoredContract('PostgreSQL', open);
runOnceContract('PostgreSQL', open);
atSizeContract('PostgreSQL', async () => {
  // Of its own, so that the other cases have a small ledger.
  await query('create database large');
  return openDatabase({ databaseUrl: server.url.replace(/postgres$/, 'large') });
});

async function query(text: string) {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

test('ten workers that save one order at once make one row', async () => {
  const ledger = await withOrderTable(await open());
  try {
    const limits = [{ amountMinor: 50_000, currency: 'eur' }];
    const effect = createSaveOrder({ ledger, limits });
    const input = {
      orderId: 'order-1',
      request: { email: 'Two bolts', customer: { id: 'cus_1', paymentMethod: 'pm_1' } },
      extracted: {
        items: [{ description: 'Bolt', quantity: 2, unitPrice: '60.00' }],
        total: '120.00',
        currency: 'EUR',
      },
    };
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () =>
        runOnce(ledger, effect, { scope: 'test', workflowId: 'order-1' }, input),
      ),
    );
    assert.equal(outcomes.filter(({ replayed }) => !replayed).length, 1);
    assert.equal(new Set(outcomes.map(({ result }) => result.fingerprint)).size, 1);
    const rows = await query(
      "select amount_minor, currency from holdfast_order where order_id = 'order-1'",
    );
    assert.deepEqual(rows, [{ amount_minor: '12000', currency: 'eur' }]);
  } finally {
    await ledger.close();
  }
});

test('200 at once, from four processes, of one key on PostgreSQL: one effect', async (t) => {
  const target = await webhookTarget(t);
  const task = {
    database: { databaseUrl: server.url },
    webhook: { url: target.origin },
    ids: ['order-1'],
    times: 50,
    options: { maximumWaitMs: 20_000 },
  };
  const processes = await Promise.all([1, 2, 3, 4].map(() => startEffectProcess(t, task)));
  const ends = (await Promise.all(processes.map((each) => each.begin()))).flat();
  assert.equal(ends.length, 200);
  assert.equal(ends.filter((end) => end === 'done').length, 1);
  assert.equal(ends.filter((end) => end === 'replayed').length, 199);
  assert.deepEqual(target.keys, ['test/order-1:webhook']);
});

// The last: nobody starts the database again.
test('a database that is away: the failure is transient, and nothing was sent', async () => {
  const ledger = await open();
  try {
    await server.crash();
    const { effect, requests } = scripted('native key', []);
    const failure = await failureOf(runner(() => ledger)(effect, 'away'));
    assert.equal(failure.type, 'ConnectionFailed');
    assert.equal(failure.by, 'database');
    assert.equal(failure.sent, false);
    assert.equal(requests.length, 0);
  } finally {
    await ledger.close();
  }
});
