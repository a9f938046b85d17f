import { migrate } from '../../database/migrations.ts';
import {
  type DatabaseLocation,
  type OpenDatabase,
  openDatabase,
} from '../../database/open-database.ts';
import { readNowMs } from '../../database/read-now-ms.ts';
import type { Ledger } from './ledger.ts';
import { ledgerStatements } from './ledger-statements.ts';
import { operatorStatements } from './operator-statements.ts';

/** Opens the ledger and brings its tables up to date. */
export async function openLedger(location: DatabaseLocation): Promise<Ledger> {
  const open = openDatabase(location);
  try {
    return await ledgerIn(open);
  } catch (error) {
    await open.database.destroy();
    throw error;
  }
}

/** The ledger in a database that is open already; closing the ledger closes that. */
export async function ledgerIn({ database, kind, name }: OpenDatabase): Promise<Ledger> {
  await migrate(database, kind);
  const { id } = await database
    .selectFrom('holdfast_ledger')
    .select('id')
    .executeTakeFirstOrThrow();
  return {
    ...ledgerStatements(database, kind),
    operator: operatorStatements(database, kind),
    id,
    kind,
    name,
    nowMs: () => readNowMs(database, kind),
    readBeside: async (statement) => (await statement.execute(database)).rows,
    transaction: (run) =>
      database
        .transaction()
        .execute((transaction) => run(ledgerStatements(transaction, kind), transaction)),
    close: () => database.destroy(),
  };
}
