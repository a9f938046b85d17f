import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { type PostgresServer, startPostgres } from '../../dev/servers/postgres.ts';
import { migrate } from '../../src/database/migrations.ts';
import { type DatabaseLocation, openDatabase } from '../../src/database/open-database.ts';
import { clientBatchContract } from './client-batch-contract.ts';
import { requestStoreContract } from './request-store-contract.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-gateway-'));
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

for (const contract of [requestStoreContract, clientBatchContract]) {
  contract('SQLite', () => open({ sqliteFile: path.join(folder, 'ledger.db') }));
  contract('PostgreSQL', () => open({ databaseUrl: server.url }));
}
