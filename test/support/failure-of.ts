import assert from 'node:assert/strict';
import { type FoundFailure, findFailure } from '../../src/failures/find-failure.ts';

/** The failure of ours that a promise rejects with; anything else fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<FoundFailure> {
  const error = await promise.then(
    () => assert.fail('it succeeded'),
    (reason: unknown) => reason,
  );
  return findFailure(error) ?? assert.fail(`no failure of ours in ${error}`);
}
