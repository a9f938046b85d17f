import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { ledgerProblem } from '../database/ledger-problem.ts';
import type { Ledger } from '../effects/once/ledger.ts';
import { openLedger } from '../effects/once/open-ledger.ts';
import { CannotStart } from '../failures/cannot-start.ts';
import { errorName } from '../journal/error-name.ts';
import { type Journal, openJournal } from '../journal/journal.ts';

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

/**
 * Opens the journal of attempts as configured: in the ledger's database, by way of a folder.
 *
 * @throws CannotStart when the folder cannot be written.
 */
export function journalFrom(config: Config, { log }: { readonly log: Logger }): Journal {
  const folder = config.HOLDFAST_JOURNAL ?? join(dirname(config.HOLDFAST_LEDGER), 'journal');
  try {
    return openJournal({
      databaseUrl: config.DATABASE_URL,
      sqliteFile: config.HOLDFAST_LEDGER,
      folder,
      maximumBytes: config.HOLDFAST_JOURNAL_MAXIMUM_MB * 1024 * 1024,
      onEvent: (event) => log[event.event === 'journal.taken-in' ? 'info' : 'error'](event),
    });
  } catch (error) {
    throw new CannotStart(
      'HOLDFAST_JOURNAL',
      `attempts cannot be kept in ${folder} (${errorName(error)}); name a folder that the worker's user may write`,
      { cause: error },
    );
  }
}
