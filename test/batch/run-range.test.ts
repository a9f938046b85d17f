import { bothDatabases, openMigrated } from '../support/both-databases.ts';
import { readingsContract } from './readings-contract.ts';
import { runRangeContract } from './run-range-contract.ts';

for (const [name, location] of bothDatabases()) {
  runRangeContract(name, () => openMigrated(location()));
  readingsContract(name, () => openMigrated(location()));
}
