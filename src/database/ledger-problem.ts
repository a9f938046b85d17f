import {
  type CannotStart,
  cannotStart,
  type ProblemRow,
  wordsOf,
} from '../failures/cannot-start.ts';
import { databaseError } from './classify-database.ts';

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
    row(/SSL|certificate/i, `${place} and who asks it do not agree on TLS; correct sslmode in it`),
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
    row(/SQLITE_8:/, `${file} is read-only; let the user who runs this write it and its folder`),
    row(/SQLITE_13:/, `there is no room for ${file}; make some, or name another file`),
    row(/ SQLITE_5:/, `${file} is locked by another program; end that one first`),
    row(
      / SQLITE_1:/,
      `${file} has tables of Holdfast's names that are not Holdfast's; name another file`,
    ),
    row(
      /^/,
      `${file} can be neither opened nor made (${reason}); name a file in a folder that the user who runs this may write`,
    ),
  ];
}
