import { bothDatabases, openMigrated } from '../support/both-databases.ts';
import { clientBatchContract } from './client-batch-contract.ts';
import { requestStoreContract } from './request-store-contract.ts';

const databases = bothDatabases();
for (const contract of [requestStoreContract, clientBatchContract]) {
  for (const [name, location] of databases) contract(name, () => openMigrated(location()));
}
