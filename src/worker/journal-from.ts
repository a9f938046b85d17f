import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { CannotStart } from '../failures/cannot-start.ts';
import { errorName } from '../journal/error-name.ts';
import { type Journal, openJournal } from '../journal/journal.ts';

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
