import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { sql } from 'kysely';
import { z } from 'zod';
import type { AppMigrations } from '../../src/app/effect-definition.ts';
import { migrateApp } from '../../src/app/migrate-app.ts';
import { defineApp, inTransaction } from '../../src/app.ts';
import { openLedger } from '../../src/effects/once/open-ledger.ts';

const id = z.object({ id: z.string() });
const appWith = (migrations: AppMigrations) =>
  defineApp({
    effects: {
      note: inTransaction({
        ...{ input: id, result: id, identity: (input) => input, migrations },
        run: async ({ input }) => input,
      }),
    },
  });

async function tablesAfter(t: TestContext, migrations: AppMigrations) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-migrate-'));
  const file = join(folder, 'ledger.db');
  const ledger = await openLedger({ sqliteFile: file });
  t.after(async () => {
    await ledger.close();
    rmSync(folder, { recursive: true });
  });
  const migrated = migrateApp(ledger, appWith(migrations));
  const tables = async () => {
    const { rows } = await ledger.transaction((_, transaction) =>
      sql<{ name: string }>`select name from sqlite_master where name like 'own_%'`.execute(
        transaction,
      ),
    );
    return rows.map(({ name }) => name).sort();
  };
  return { migrated, tables, file };
}

test('a list of statements runs whole, and 2 comes before 10', async (t) => {
  const { migrated, tables } = await tablesAfter(t, {
    '10': 'alter table own_b rename to own_c',
    '2': ['create table own_a (x text)', 'create table own_b (x text); -- the last'],
  });
  await migrated;
  assert.deepEqual(await tables(), ['own_a', 'own_c']);
});

test('a text of several statements, of which SQLite would run the first, is refused', async (t) => {
  const { migrated, tables } = await tablesAfter(t, {
    '001': 'create table own_a (x text); create table own_b (x text)',
  });
  await assert.rejects(migrated, {
    name: 'InvalidApp',
    message:
      'the migration note/001: the text holds several statements, and SQLite runs the first one only: make them a list',
  });
  assert.deepEqual(await tables(), []);
});

test('a mistake in SQL is told with its migration', async (t) => {
  const { migrated } = await tablesAfter(t, { '001': 'creat table own_a (x text)' });
  await assert.rejects(migrated, {
    name: 'InvalidApp',
    message: 'the migration note/001: near "creat": syntax error',
  });
});

test('where nothing is to be done, a worker starts while another one holds the ledger', async (t) => {
  const migrations = { '001': 'create table own_a (x text)' };
  const { migrated, file } = await tablesAfter(t, migrations);
  await migrated;
  using holder = new DatabaseSync(file);
  holder.exec('begin immediate');
  const other = await openLedger({ sqliteFile: file });
  t.after(() => other.close());
  await migrateApp(other, appWith(migrations));
});

test('a migration that is edited after it ran is told, since the edit would never be made', async (t) => {
  const { migrated, file, tables } = await tablesAfter(t, { '001': 'create table own_a (x text)' });
  await migrated;
  const ledger = await openLedger({ sqliteFile: file });
  t.after(() => ledger.close());
  await migrateApp(ledger, appWith({ '001': 'create table own_a\n  (x text) ' }));
  const edited = {
    '001': 'create table own_a (x text, y text)',
    '002': 'create table own_b (x text)',
  };
  await assert.rejects(migrateApp(ledger, appWith(edited)), {
    name: 'InvalidApp',
    message:
      'the migration note/001 was edited after it ran in this database, where the edit would never be made: put its text back, and write the change as a migration of its own',
  });
  assert.deepEqual(await tables(), ['own_a']);
});

test('what ran before hashes were kept is taken as it is, and told from then on', async (t) => {
  const migrations = { '001': 'create table own_a (x text)' };
  const { migrated, file } = await tablesAfter(t, migrations);
  await migrated;
  const ledger = await openLedger({ sqliteFile: file });
  t.after(() => ledger.close());
  using before = new DatabaseSync(file);
  before.exec('alter table holdfast_app_migration drop column hash');
  await migrateApp(ledger, appWith(migrations));
  await migrateApp(ledger, appWith(migrations));
  const edited = { '001': 'create table own_a (x text, y text)' };
  await assert.rejects(migrateApp(ledger, appWith(edited)), { name: 'InvalidApp' });
});
