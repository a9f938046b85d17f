import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { type PostgresServer, startPostgres } from '../../../dev/servers/postgres.ts';
import { openDatabase } from '../../../src/database/open-database.ts';
import { atSizeContract } from './at-size-contract.ts';

let server: PostgresServer;
const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-at-size-'));
before(async () => {
  server = await startPostgres();
});
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

atSizeContract('PostgreSQL', async () => openDatabase({ databaseUrl: server.url }));
atSizeContract('SQLite', async () => openDatabase({ sqliteFile: path.join(folder, 'ledger.db') }));
