import { AttemptError, type AttemptErrorFields, unexpected } from '../failures/attempt-error.ts';
import type { FailureType } from '../failures/failure-types.ts';

/**
 * What a database error means, by its code: SQLSTATE (PostgreSQL, appendix A), its two first
 * characters for a class, Node's system errors, and SQLite's primary result codes; where the code
 * alone would tell a person nothing, in words too. First match rules.
 *
 * Full or read-only is retried: a promoted standby, or new space, cures it without a resume. When
 * it lasts longer than the policy, it parks.
 */
const rows: readonly (readonly [RegExp, FailureType, string?])[] = [
  [/^(53100|SQLITE_13)$/, 'Overloaded', 'the database is full'],
  [/^(25006|SQLITE_8)$/, 'ServerError', 'the database is read-only'],
  [
    /^(08|57P0|ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)/,
    'ConnectionFailed',
  ],
  [/^(28|3D)/, 'InvalidCredentials'],
  [/^42501/, 'PermissionDenied'],
  // A NUL, half an emoji, a letter that the database's encoding lacks: never to be stored.
  [/^(22|SQLITE_(18|20)$)/, 'InvalidRequest', 'the database cannot store the value'],
  [/^55P03/, 'Overloaded', 'somebody else has locked the row'],
  [/^(40|53|57014)/, 'Overloaded'],
  [/^SQLITE_(5|6)$/, 'Overloaded'],
];

/** Whether an error came from the database or the way to it, and not from our own code. */
export function isDatabaseError(error: unknown): boolean {
  if (error instanceof AttemptError || isLostConnection(error)) return true;
  // SQLSTATE, SQLite, the operating system: not Node's `ERR_INVALID_ARG_TYPE`, a mistake in code.
  return /^([0-9A-Z]{5}|SQLITE_\d+|E[A-Z]+)$/.test(codeOf(error) ?? '');
}

/** pg reports a connection that ended, or could not be made in time, by message only. */
function isLostConnection(error: unknown): boolean {
  if (!(error instanceof Error) || codeOf(error) !== undefined) return false;
  return !(error instanceof TypeError) && /connect/i.test(error.message);
}

/**
 * A database error as a failed attempt; all are tried again but those of credentials, rights and values.
 * The message of a database error may hold values of the row, so only its code is kept.
 *
 * @param sent whether the effect may have happened before; `false`: nothing left this machine.
 */
export function databaseError(error: unknown, sent: boolean | undefined): AttemptError {
  if (error instanceof AttemptError) return error;
  const code = codeOf(error);
  const row = rows.find(([pattern]) => pattern.test(code ?? ''));
  const lost = isLostConnection(error);
  const unforeseen = lost ? undefined : unexpected('database', error).reason;
  const { column } = Object(error) as { column?: string };
  const where = column === undefined ? code : `${code} ${column}`;
  const fields: AttemptErrorFields = {
    type: row?.[1] ?? (lost ? 'ConnectionFailed' : 'ServerError'),
    by: 'database',
    reason: row?.[2] === undefined ? (code ?? unforeseen) : `${row[2]}, ${where}`,
    sent,
  };
  return new AttemptError(fields, { cause: error });
}

/**
 * Why the database takes a row never, whatever is tried again: a value that does not fit its column
 * (SQLSTATE classes 22 and 23, SQLite's constraint and mismatch). `undefined` for every other error.
 *
 * @returns codes and names of columns, no value of the row.
 */
export function refusedRow(error: unknown): string | undefined {
  const code = codeOf(error) ?? '';
  if (!/^(2[23]...|SQLITE_(19|20))$/.test(code)) return undefined;
  const { errstr, column } = error as { errstr?: string; column?: string };
  if (errstr !== undefined) return (error as Error).message;
  return column === undefined ? code : `${code} ${column}`;
}

/** Whether SQLite says that another connection, perhaps of another process, holds the file. */
export function isBusy(error: unknown): boolean {
  return codeOf(error) === 'SQLITE_5';
}

/** PostgreSQL's or Node's code, or `SQLITE_` and the primary result code. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  // The low byte of SQLite's extended code is the primary one (https://sqlite.org/rescode.html).
  if (typeof errcode === 'number') return `SQLITE_${errcode & 0xff}`;
  return typeof code === 'string' ? code : undefined;
}
