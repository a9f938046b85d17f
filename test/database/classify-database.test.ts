import assert from 'node:assert/strict';
import { test } from 'node:test';
import { databaseError } from '../../src/database/classify-database.ts';

/** An error as the drivers throw it, and what it becomes. */
const rows: readonly (readonly [object, type: string, reason: string | undefined])[] = [
  [{ code: '08006' }, 'ConnectionFailed', '08006'],
  [{ code: '57P01' }, 'ConnectionFailed', '57P01'],
  [{ code: 'ECONNREFUSED' }, 'ConnectionFailed', 'ECONNREFUSED'],
  [{ message: 'Connection terminated unexpectedly' }, 'ConnectionFailed', undefined],
  [{ name: 'TypeError', stack: '' }, 'ServerError', 'unexpected TypeError'],
  [{ code: '28P01' }, 'InvalidCredentials', '28P01'],
  [{ code: '42501' }, 'PermissionDenied', '42501'],
  [{ code: '40001' }, 'Overloaded', '40001'],
  [{ code: '53300' }, 'Overloaded', '53300'],
  [{ code: '53100' }, 'Overloaded', 'the database is full, 53100'],
  [{ code: '25006' }, 'ServerError', 'the database is read-only, 25006'],
  [{ code: '22001' }, 'InvalidRequest', 'the database cannot store the value, 22001'],
  [{ code: '55P03' }, 'Overloaded', 'somebody else has locked the row, 55P03'],
  [{ code: 'ERR_SQLITE_ERROR', errcode: 5 }, 'Overloaded', 'SQLITE_5'],
  [{ code: 'ERR_SQLITE_ERROR', errcode: 13 }, 'Overloaded', 'the database is full, SQLITE_13'],
  // SQLITE_READONLY_DBMOVED: another name for a kind of read-only.
  [{ errcode: 1032 }, 'ServerError', 'the database is read-only, SQLITE_8'],
];

for (const [thrown, type, reason] of rows) {
  test(`${JSON.stringify(thrown)} -> ${type}`, () => {
    const error = Object.assign(new Error('the row holds a secret'), thrown);
    const { fields, message } = databaseError(error, false);
    assert.deepEqual(fields, { type, by: 'database', reason, sent: false });
    assert.doesNotMatch(message, /secret/);
  });
}
