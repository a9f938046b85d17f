import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { sql } from 'kysely';
import pg from 'pg';
import { pino } from 'pino';
import { findPgBouncer, startPgBouncer } from '../../dev/servers/pgbouncer.ts';
import { type PostgresServer, startPostgres } from '../../dev/servers/postgres.ts';
import { createLedgerActivities } from '../../src/activities/create-ledger-activities.ts';
import { databaseError } from '../../src/database/classify-database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { openLedger } from '../../src/effects/once/open-ledger.ts';
import { runOnce } from '../../src/effects/once/run-once.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { EffectPage } from '../../src/wire/ledger-operations.ts';
import { scripted } from '../effects/once/scripted-effect.ts';

// What PostgreSQL does to who asks it: locks, refusals, connections that are few, shared, or lost.

let server: PostgresServer;
before(async () => {
  server = await startPostgres();
});
after(() => server.stop());

/** A client of somebody else. */
async function stranger(t: { after: (cleanup: () => Promise<void>) => void }, url = server.url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  t.after(() => client.end());
  return client;
}

/** What becomes of a statement that fails. */
const failureOf = (statement: Promise<unknown>) =>
  statement.then(
    () => assert.fail('it was taken'),
    (error: unknown) => databaseError(error, false).fields,
  );

const request = (key: string) => ({
  ...{ key, effect: 'save', fingerprint: 'v1:f', request: '{}', leaseMs: 1 },
});

test('fifteen rows that somebody has locked stall no other order', async (t) => {
  const ledger = await openLedger({ databaseUrl: server.url });
  t.after(() => ledger.close());
  const locked = Array.from({ length: 15 }, (_, index) => `test/locked-${index}:save`);
  for (const key of locked) await ledger.claim(request(key));
  const client = await stranger(t);
  await client.query('begin; select * from holdfast_effect for update');
  const stalled = locked.map((key) => failureOf(ledger.claim(request(key))));
  assert.ok(await ledger.claim(request('test/free:save')));
  const failures = await Promise.all(stalled);
  await client.query('rollback');
  const expected = 'Overloaded: somebody else has locked the row, 55P03';
  assert.deepEqual(
    new Set(failures.map(({ type, reason }) => `${type}: ${reason}`)),
    new Set([expected]),
  );
});

test('what a transaction was lost by is told, and not that it is lost', async (t) => {
  const client = await stranger(t);
  await client.query('create table guarded (id integer); create role poor login');
  const { database } = openDatabase({ databaseUrl: server.url.replace('holdfast@', 'poor@') });
  t.after(() => database.destroy());
  const lost = database.transaction().execute(async (transaction) => {
    await sql`insert into guarded values (1)`.execute(transaction).catch(() => {});
    await sql`select 1`.execute(transaction);
  });
  const { type, reason } = await failureOf(lost);
  assert.deepEqual([type, reason], ['PermissionDenied', '42501']);
});

for (const [name, encoding, text, reason] of [
  ['a NUL', 'UTF8', 'a\u0000b', 'the database cannot store the value, 22021 note'],
  [
    'a letter that its encoding lacks',
    'LATIN1',
    'a😀',
    'the database cannot store the value, 22P05 note',
  ],
] as const) {
  test(`${name} is a bad value, not a sick database, and its column is named`, async (t) => {
    const client = await stranger(t);
    const own = `own_${encoding.toLowerCase()}`;
    await client.query(`create database ${own} encoding '${encoding}' template template0`);
    const databaseUrl = server.url.replace(/postgres$/, own);
    const { database } = openDatabase({ databaseUrl });
    t.after(() => database.destroy());
    await sql`create table noted (id integer primary key, note text)`.execute(database);
    const inserted = sql`insert into noted (id, note) values (${1}, ${text})`.execute(database);
    assert.deepEqual(await failureOf(inserted), {
      ...{ type: 'InvalidRequest', by: 'database', reason, sent: false },
    });
    await sql`insert into noted (id, note) values (${2}, ${'fine'})`.execute(database);
    const updated = sql`update noted set note = ${text} where id = ${2}`.execute(database);
    assert.equal((await failureOf(updated)).reason, reason);
  });
}

test('a worker takes four connections at most', async (t) => {
  const ledger = await openLedger({ databaseUrl: server.url });
  t.after(() => ledger.close());
  await Promise.all(
    Array.from({ length: 30 }, (_, nth) => ledger.claim(request(`test/many-${nth}:save`))),
  );
  const client = await stranger(t);
  const { rows } = await client.query(
    "select count(*)::int as open from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
  );
  assert.deepEqual(rows, [{ open: 3 }], 'and one of the journal');
});

test('limits are set once a connection, and a statement is one round trip', async (t) => {
  const { database } = openDatabase({ databaseUrl: server.url }, { connections: 1 });
  t.after(() => database.destroy());
  await sql`select 1`.execute(database);
  const sent = t.mock.method(pg.Client.prototype, 'query');
  const { rows } = await sql`select current_setting('lock_timeout') as lock,
    current_setting('statement_timeout') as statement`.execute(database);
  assert.deepEqual(rows, [{ lock: '500ms', statement: '1min' }]);
  assert.equal(sent.mock.callCount(), 1);
});

const order = { ...request('test/order-1:save'), leaseMs: 1000 };

test('a connection lost between two statements of a transaction fails it, and not the process', async (t) => {
  const ledger = await openLedger({ databaseUrl: server.url });
  t.after(() => ledger.close());
  const failure = await ledger
    .transaction(async (statements) => {
      const claim = await statements.claim(order);
      assert.ok(claim);
      await endEveryOtherConnection();
      await statements.record(claim, '1');
    })
    .then(
      () => assert.fail('it was committed'),
      (error: unknown) => databaseError(error, false).fields,
    );
  assert.equal(failure.type, 'ConnectionFailed');
  assert.equal(await ledger.read(order), undefined, 'a new connection: nothing was kept');
});

test("a database that is away is a failure with a type, and none of the driver's words", async (t) => {
  const ledger = await openLedger({ databaseUrl: server.url });
  t.after(() => ledger.close());
  const { listEffects } = createLedgerActivities(
    {},
    {
      ledger,
      effectList: [],
      scope: 'nobody',
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

const program = await findPgBouncer();
const skip = program === undefined && 'PgBouncer is not on this machine: apt-get install pgbouncer';

test('behind PgBouncer in transaction mode, with its defaults and one connection', {
  skip,
}, async (t) => {
  const bouncer = await startPgBouncer(program ?? '', server.url, 1);
  t.after(bouncer.stop);
  const ledger = await openLedger({ databaseUrl: bouncer.url });
  t.after(() => ledger.close());

  const effects = Array.from({ length: 5 }, (_, index) => {
    const { effect } = scripted('native key', [() => `done ${index}`]);
    return runOnce(ledger, effect, { scope: 'test', workflowId: `order-${index}` }, { to: 'ada' });
  });
  const results = (await Promise.all(effects)).map(({ result }) => result);
  assert.deepEqual(results, ['done 0', 'done 1', 'done 2', 'done 3', 'done 4']);

  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-pgbouncer-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const journal = openJournal({ databaseUrl: bouncer.url, folder });
  assert.deepEqual(await journal.read('order-0', 10), []);
  await journal.close();

  // Another client that gets the same connection of the server.
  const other = new pg.Client({ connectionString: bouncer.url });
  await other.connect();
  const { rows } = await other.query("select current_setting('lock_timeout') as kept");
  await other.end();
  assert.deepEqual(rows, [{ kept: '0' }]);
});
