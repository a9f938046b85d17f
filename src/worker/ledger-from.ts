import type { Config } from '../config.ts';
import { ledgerProblem } from '../database/ledger-problem.ts';
import type { Ledger } from '../effects/once/ledger.ts';
import { openLedger } from '../effects/once/open-ledger.ts';

/** The variable that names the ledger. */
export function ledgerVariable({ DATABASE_URL }: Pick<Config, 'DATABASE_URL'>): string {
  return DATABASE_URL === undefined ? 'HOLDFAST_LEDGER' : 'DATABASE_URL';
}

/**
 * Opens the ledger as configured, and brings its tables up to date.
 *
 * @throws CannotStart
 */
export async function ledgerFrom(
  config: Pick<Config, 'DATABASE_URL' | 'HOLDFAST_LEDGER'>,
): Promise<Ledger> {
  const { DATABASE_URL: databaseUrl, HOLDFAST_LEDGER: sqliteFile } = config;
  try {
    return await openLedger({ databaseUrl, sqliteFile });
  } catch (error) {
    throw ledgerProblem(error, databaseUrl, sqliteFile);
  }
}
