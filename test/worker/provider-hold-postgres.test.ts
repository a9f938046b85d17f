import { after, before } from 'node:test';
import { type PostgresServer, startPostgres } from '../../dev/servers/index.ts';
import { providerHoldContract } from './provider-hold-contract.ts';

let postgres: PostgresServer;
before(async () => {
  postgres = await startPostgres();
});
after(() => postgres.stop());

providerHoldContract('PostgreSQL', () => postgres.url);
