import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { z } from 'zod';
import { type KeyedEndpoint, startKeyedEndpoint } from '../../dev/sandbox/keyed-endpoint.ts';
import { type PostgresServer, startPostgres } from '../../dev/servers/postgres.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { runOnce } from '../../src/effects/once/run-once.ts';
import { httpEffect } from '../../src/effects/targets/http/http-effect.ts';
import { failureOf } from '../effects/once/expect-failure.ts';
import { createSaveOrder } from '../support/order-effects.ts';
import { type TroubledStore, troubledPostgres, troubledSqlite } from './troubled-store.ts';

/** More than there is room for in the pages of a database that is full. */
const longNote = 'a long note '.repeat(2000);

let server: PostgresServer;
before(async () => {
  server = await startPostgres();
});
after(() => server.stop());

/** Each trouble's own database, on the one server. */
async function postgres(): Promise<TroubledStore> {
  const own = `own_${randomUUID().slice(0, 8)}`;
  const { database } = openDatabase({ databaseUrl: server.url });
  await sql.raw(`create database ${own}`).execute(database);
  await database.destroy();
  return troubledPostgres(server.url.replace(/postgres$/, own));
}

const troubles = [
  ['SQLite is full', 'full', 'Overloaded', 'the database is full, SQLITE_13'],
  ['SQLite is read-only', 'readOnly', 'ServerError', 'the database is read-only, SQLITE_8'],
  ['PostgreSQL is full', 'full', 'Overloaded', 'the database is full, 53100'],
  ['PostgreSQL is read-only', 'readOnly', 'ServerError', 'the database is read-only, 25006'],
] as const;

for (const [name, trouble, type, reason] of troubles) {
  const open = name.startsWith('SQLite') ? troubledSqlite : postgres;
  const failure = { type, by: 'database', reason };
  describe(name, () => {
    let store: TroubledStore;
    let endpoint: KeyedEndpoint;
    before(async () => {
      [store, endpoint] = await Promise.all([open(), startKeyedEndpoint()]);
    });
    after(() => Promise.all([store.stop(), endpoint.stop()]));

    /** What happens to the database once the thing is made, and before that is recorded. */
    const make = (workflowId: string, onceMade = async () => {}) => {
      const effect = thingEffect(endpoint);
      const run: typeof effect.run = async (context) => {
        const made = await effect.run(context);
        await onceMade();
        return made;
      };
      const place = { scope: 'test', workflowId };
      const input = { to: workflowId, note: longNote };
      return runOnce(store.ledger, { ...effect, run }, place, input, { leaseMs: 300 });
    };
    const madeFor = (workflowId: string) =>
      endpoint.things.filter(({ to }) => to === workflowId).length;
    const keysFor = (workflowId: string) =>
      endpoint.requests
        .map(({ requestId }) => requestId)
        .filter((key) => key?.includes(workflowId));

    test('before the claim: the failure says so, nothing is sent; done once when it is back', async () => {
      await store[trouble]();
      assert.deepEqual(await failureOf(make('early')), { ...failure, sent: false });
      assert.equal(endpoint.requests.length, 0);
      await store.mend();
      assert.equal((await make('early')).replayed, false);
      assert.equal((await make('early')).replayed, true);
      assert.equal(madeFor('early'), 1);
    });

    test('before the record: what was done is not lost, and not done again when it is back', async () => {
      const failed = make('late', () => store[trouble]());
      assert.deepEqual(await failureOf(failed), { ...failure, sent: true });
      await store.mend();
      const row = await store.ledger.read({ key: 'test/late:thing' });
      assert.equal(row?.state, 'started');
      const { result } = await make('late');
      assert.equal(result.note, longNote);
      assert.deepEqual(keysFor('late'), ['test/late:thing', 'test/late:thing']);
      assert.equal(madeFor('late'), 1);
      assert.equal((await make('late')).replayed, true);
    });

    test('in a transaction: nothing of it stays; saved once when it is back', async () => {
      await store[trouble]();
      assert.deepEqual(await failureOf(save(store)), { ...failure, sent: false });
      assert.equal(await store.ledger.read({ key: 'test/order-1:save' }), undefined);
      assert.equal(await store.orders(), 0);
      await store.mend();
      assert.equal((await save(store)).replayed, false);
      assert.equal((await save(store)).replayed, true);
      assert.equal(await store.orders(), 1);
    });
  });
}

function thingEffect(endpoint: KeyedEndpoint) {
  return httpEffect({
    name: 'thing',
    target: 'things',
    baseUrl: endpoint.origin,
    input: z.object({ to: z.string(), note: z.string() }),
    result: z.object({ id: z.string(), to: z.string(), note: z.string() }),
    identity: ({ to }) => ({ to }),
    request: (input) => ({ path: '/things', body: { ...input } }),
    keyWindowMs: 60_000,
  });
}

function save({ ledger }: TroubledStore) {
  const limits = [{ amountMinor: 50_000, currency: 'eur' }];
  const line = { description: 'x'.repeat(200), quantity: 1, unitPrice: '1.00' };
  return runOnce(
    ledger,
    createSaveOrder({ ledger, limits }),
    { scope: 'test', workflowId: 'order-1' },
    {
      orderId: 'order-1',
      request: { email: 'A hundred bolts', customer: { id: 'cus_1', paymentMethod: 'pm_1' } },
      extracted: { items: Array(100).fill(line), total: '100.00', currency: 'EUR' },
    },
  );
}
