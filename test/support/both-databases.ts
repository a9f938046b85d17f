import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { type PostgresServer, startPostgres } from '../../dev/servers/postgres.ts';
import { migrate } from '../../src/database/migrations.ts';
import { type DatabaseLocation, openDatabase } from '../../src/database/open-database.ts';

/** The kinds of database, each with where a new one is, once the tests have begun. */
export type BothDatabases = readonly (readonly [name: string, location: () => DatabaseLocation])[];

/** A SQLite file and a PostgreSQL server for the tests of one file; both are gone after them. */
export function bothDatabases(): BothDatabases {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-databases-'));
  let server: PostgresServer;
  before(async () => {
    server = await startPostgres();
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return [
    ['SQLite', () => ({ sqliteFile: path.join(folder, 'ledger.db') })],
    ['PostgreSQL', () => ({ databaseUrl: server.url })],
  ];
}

/** Opens one, with the tables of the ledger. */
export async function openMigrated(location: DatabaseLocation) {
  const opened = openDatabase(location);
  await migrate(opened.database, opened.kind);
  return opened;
}
