import { ledgerProblem } from './ledger-problem.ts';
import { migrate } from './migrations.ts';
import {
  type DatabaseLocation,
  type DatabaseUse,
  type OpenDatabase,
  openDatabase,
} from './open-database.ts';

/**
 * Opens the ledger's database, and brings its tables up to date.
 *
 * @throws CannotStart
 */
export async function openMigrated(
  location: DatabaseLocation,
  use: DatabaseUse,
): Promise<OpenDatabase> {
  let opened: OpenDatabase | undefined;
  try {
    opened = openDatabase(location, use);
    await migrate(opened.database, opened.kind);
    return opened;
  } catch (error) {
    await opened?.database.destroy();
    throw ledgerProblem(error, location.databaseUrl, location.sqliteFile ?? '');
  }
}
