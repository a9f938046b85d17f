import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { type PostgresServer, startPostgres } from '../../dev/servers/postgres.ts';
import { migrate } from '../../src/database/migrations.ts';
import { type DatabaseLocation, openDatabase } from '../../src/database/open-database.ts';
import { readingsContract } from './readings-contract.ts';
import { runRangeContract } from './run-range-contract.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-range-'));
let server: PostgresServer;
before(async () => {
  server = await startPostgres();
});
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function open(location: DatabaseLocation) {
  const opened = openDatabase(location);
  await migrate(opened.database, opened.kind);
  return opened;
}

const kinds: readonly [string, () => DatabaseLocation][] = [
  ['SQLite', () => ({ sqliteFile: path.join(folder, 'ledger.db') })],
  ['PostgreSQL', () => ({ databaseUrl: server.url })],
];
for (const [name, location] of kinds) {
  runRangeContract(name, () => open(location()));
  readingsContract(name, () => open(location()));
}
