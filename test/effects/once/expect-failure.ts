import assert from 'node:assert/strict';
import { AttemptError, type AttemptErrorFields } from '../../../src/failures/attempt-error.ts';

/** Waits for an attempt to fail, and returns its fields. */
export async function failureOf(attempt: Promise<unknown>): Promise<AttemptErrorFields> {
  const outcome = await attempt.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('value' in outcome) assert.fail(`expected a failure, got ${JSON.stringify(outcome.value)}`);
  if (!(outcome.error instanceof AttemptError)) throw outcome.error;
  return outcome.error.fields;
}
