import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { databaseError } from '../database/classify-database.ts';
import type { Ledger } from '../effects/once/ledger.ts';
import { openLedger } from '../effects/once/open-ledger.ts';
import { errorName } from '../journal/error-name.ts';
import { type Journal, openJournal } from '../journal/journal.ts';
import { CannotStart, cannotStart, type ProblemRow, wordsOf } from './cannot-start.ts';

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

/** Why the ledger cannot be opened. Exported for tests: most of it needs a broken server. */
export function ledgerProblem(
  error: unknown,
  databaseUrl: string | undefined,
  sqliteFile: string,
): CannotStart {
  const { type, reason = 'no code' } = databaseError(error, false).fields;
  const rows =
    databaseUrl === undefined ? sqliteRows(sqliteFile, reason) : postgresRows(databaseUrl, reason);
  return cannotStart(`${type} ${reason}: ${wordsOf(error)}`, rows, error);
}

function postgresRows(databaseUrl: string, reason: string): ProblemRow[] {
  const { host, pathname } = new URL(databaseUrl);
  // Without user and password.
  const place = `postgres://${host}${pathname}`;
  const row = (words: RegExp, sentence: string): ProblemRow => [words, 'DATABASE_URL', sentence];
  return [
    row(/ package pg is not /, `${place} needs the package pg; run \`npm install pg\``),
    row(/SSL|certificate/i, `${place} and the worker do not agree on TLS; correct sslmode in it`),
    row(/ 3D000:/, `${place} does not exist on that server; create the database, or correct it`),
    row(/ 25006:|read-only/, `${place} is read-only; name the primary server`),
    row(/^InvalidCredentials/, `${place} refuses the user or the password; correct it`),
    row(
      /^PermissionDenied/,
      `the user may not make tables in ${place}; grant it CREATE on its schema`,
    ),
    row(
      /^ConnectionFailed/,
      `no PostgreSQL answers at ${place} (${reason}); start it, or correct it`,
    ),
    row(
      / (42|23)\w{3}:/,
      `${place} has tables of Holdfast's names that are not Holdfast's (${reason}); name another database`,
    ),
    row(
      /^/,
      `${place} cannot be used as it is (${reason}); see to the server, or name another one`,
    ),
  ];
}

function sqliteRows(file: string, reason: string): ProblemRow[] {
  const row = (words: RegExp, sentence: string): ProblemRow => [words, 'HOLDFAST_LEDGER', sentence];
  return [
    row(/ SQLITE_26:/, `${file} is not a SQLite database; name another file`),
    row(/ SQLITE_11:/, `${file} is damaged; put a backup in its place, or name another file`),
    row(/SQLITE_8:/, `${file} is read-only; let the worker's user write it and its folder`),
    row(/SQLITE_13:/, `there is no room for ${file}; make some, or name another file`),
    row(/ SQLITE_5:/, `${file} is locked by another program; end that one first`),
    row(
      / SQLITE_1:/,
      `${file} has tables of Holdfast's names that are not Holdfast's; name another file`,
    ),
    row(
      /^/,
      `${file} can be neither opened nor made (${reason}); name a file in a folder that the worker's user may write`,
    ),
  ];
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
