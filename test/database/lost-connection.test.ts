import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import pg from 'pg';
import { pino } from 'pino';
import { type PostgresServer, startPostgres } from '../../dev/servers/postgres.ts';
import { createLedgerActivities } from '../../src/activities/create-ledger-activities.ts';
import { databaseError } from '../../src/database/classify-database.ts';
import { openLedger } from '../../src/effects/once/open-ledger.ts';
import type { EffectPage } from '../../src/wire/ledger-operations.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres();
});
after(() => server.stop());

const request = {
  key: 'test/order-1:save',
  effect: 'save',
  fingerprint: 'v1:f',
  request: '{}',
  leaseMs: 1000,
};

test('a connection lost between two statements of a transaction fails it, and not the process', async (t) => {
  const ledger = await openLedger({ databaseUrl: server.url });
  t.after(() => ledger.close());
  const failure = await ledger
    .transaction(async (statements) => {
      const claim = await statements.claim(request);
      assert.ok(claim);
      await endEveryOtherConnection();
      await statements.record(claim, '1');
    })
    .then(
      () => assert.fail('it was committed'),
      (error: unknown) => databaseError(error, false).fields,
    );
  assert.equal(failure.type, 'ConnectionFailed');
  assert.equal(await ledger.read(request), undefined, 'a new connection: nothing was kept');
});

test("a database that is away is a failure with a type, and none of the driver's words", async (t) => {
  const ledger = await openLedger({ databaseUrl: server.url });
  t.after(() => ledger.close());
  const { listEffects } = createLedgerActivities(
    {},
    {
      ledger,
      effectList: [],
      scope: 'test',
      log: pino({ level: 'silent' }),
      random: Math.random,
    },
  );
  const list = () => new MockActivityEnvironment().run(listEffects, {}) as Promise<EffectPage>;
  assert.deepEqual(await list(), { effects: [] });
  await server.crash();
  await assert.rejects(list(), { type: 'ConnectionFailed', cause: undefined });
  await server.restart();
  assert.deepEqual(await list(), { effects: [] });
});

async function endEveryOtherConnection(): Promise<void> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(
    'select pg_terminate_backend(pid, 5000) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
  );
  await client.end();
  // The end of the connection is an event of its own, which comes while no statement waits for it.
  await new Promise((resolve) => setTimeout(resolve, 100));
}
