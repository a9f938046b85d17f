import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { sql } from 'kysely';
import { openDatabase } from '../../src/database/open-database.ts';

test('where SQLite rolls back by itself, as at a commit on a full disk, its own error is told', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-rollback-'));
  const { database } = openDatabase({ sqliteFile: path.join(folder, 'ledger.db') });
  t.after(async () => {
    await database.destroy();
    await rm(folder, { recursive: true });
  });
  await sql`create table thing (id integer primary key)`.execute(database);
  const insert = sql`insert or rollback into thing values (1)`;
  const twice = database.transaction().execute(async (transaction) => {
    await insert.execute(transaction);
    await insert.execute(transaction);
  });
  await assert.rejects(twice, { message: 'UNIQUE constraint failed: thing.id' });
  await database.transaction().execute((transaction) => insert.execute(transaction));
  const { rows } = await sql`select id from thing`.execute(database);
  assert.deepEqual(
    rows.map((row) => ({ ...(row as object) })),
    [{ id: 1 }],
  );
});
