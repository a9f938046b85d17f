import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { type Kysely, sql } from 'kysely';
import { commitTogether } from '../../src/database/commit-together.ts';
import { type OpenDatabase, openDatabase } from '../../src/database/open-database.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-together-'));
let opened: OpenDatabase;
let other: OpenDatabase;
before(async () => {
  const location = { sqliteFile: path.join(folder, 'ledger.db') };
  opened = openDatabase(location);
  await sql`create table wrote (number integer not null unique)`.execute(opened.database);
  other = openDatabase(location);
});
after(async () => {
  await opened.database.destroy();
  await other.database.destroy();
  rmSync(folder, { recursive: true });
});

async function countIn(tables: Kysely<never>): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from wrote`.execute(tables);
  return Number(rows[0]?.n);
}
const count = ({ database }: OpenDatabase) => countIn(database as unknown as Kysely<never>);

test('writes of one moment are committed at once, each with its own result, and none is told before', async () => {
  const write = commitTogether(opened.database);
  const seenByOther: number[] = [];
  const results = await Promise.all(
    [1, 2, 3].map((number) =>
      write(async (tables) => {
        await sql`insert into wrote values (${number})`.execute(tables);
        seenByOther.push(await count(other));
        return `wrote ${number}`;
      }),
    ),
  );
  assert.deepEqual(results, ['wrote 1', 'wrote 2', 'wrote 3']);
  // Each was run while those before it were on no disk yet.
  assert.deepEqual(seenByOther, [0, 0, 0]);
  assert.equal(await count(other), 3);
});

test('what is wrong with one is no loss of the others', async () => {
  const write = commitTogether(opened.database);
  const insert = (number: number) =>
    write((tables) => sql`insert into wrote values (${number})`.execute(tables));
  const [before, twice, after] = await Promise.allSettled([insert(10), insert(1), insert(11)]);
  assert.deepEqual(
    [before.status, twice.status, after.status],
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.equal(await count(other), 5);
});
