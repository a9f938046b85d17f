import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createFailure, maximumDetailsBytes } from '../../src/failures/create-failure.ts';
import {
  allFailureTypes,
  type FailureType,
  failureTypes,
  isFailureType,
  permanentFailureTypes,
} from '../../src/failures/failure-types.ts';

// biome-ignore format: a table is read by its columns
const table: [FailureType, treatment: string, nonRetryable: boolean][] = [
  ['RateLimited', 'retry', false],
  ['Overloaded', 'retry', false],
  ['ServerError', 'retry', false],
  ['Timeout', 'retry', false],
  ['ConnectionFailed', 'retry', false],
  ['MalformedResponse', 'limited', false],
  ['InvalidCredentials', 'fail', true],
  ['PermissionDenied', 'fail', true],
  ['ModelNotFound', 'fail', true],
  ['QuotaExhausted', 'park', true],
  ['RequestTooLarge', 'fail', true],
  ['ContextLengthExceeded', 'fail', true],
  ['ContentRejected', 'fail', true],
  ['SchemaRejected', 'fail', true],
  ['SchemaMismatch', 'fail', true],
  ['OutputTruncated', 'limited', false],
  ['InvalidRequest', 'fail', true],
  ['WorkerLost', 'retry', false],
  ['PayloadTooLarge', 'fail', true],
  ['EffectInProgress', 'retry', false],
  ['IdempotencyKeyReused', 'fail', true],
  ['EffectNameReused', 'fail', true],
  ['EffectRefused', 'fail', true],
  ['EffectUnknown', 'park', true],
  ['ApprovalRequired', 'park', true],
];

describe('the table of failures', () => {
  test('has these rows and no others', () => {
    assert.deepEqual(
      allFailureTypes,
      table.map(([type]) => type),
    );
    assert.deepEqual(
      permanentFailureTypes,
      table.filter((row) => row[2]).map(([type]) => type),
    );
  });
  for (const [type, treatment, nonRetryable] of table) {
    test(`${type} is ${treatment}`, () => {
      const failure = createFailure(type, 'what happened');
      assert.equal(failureTypes[type].treatment, treatment);
      assert.deepEqual(
        [failure.type, failure.message, failure.nonRetryable],
        [type, 'what happened', nonRetryable],
      );
    });
  }
  test('names from outside are recognised, inherited ones are not', () => {
    const names = ['Timeout', 'timeout', 'toString', '__proto__', '', undefined, 5];
    assert.deepEqual(names.map(isFailureType), [true, false, false, false, false, false, false]);
  });
});

describe('a failure', () => {
  test('is final when the caps are used up, whatever its type', () => {
    assert.equal(createFailure('Timeout', 'x', { final: true }).nonRetryable, true);
  });

  test('never has a delay under 1 ms, which would end the retries', () => {
    const delays = [0, 0.4, -5, 1.6, 4200].map(
      (nextRetryDelayMs) => createFailure('Timeout', 'x', { nextRetryDelayMs }).nextRetryDelay,
    );
    assert.deepEqual(delays, [1, 1, 1, 2, 4200]);
  });

  test('has its message cut to 500 characters', () => {
    const { message } = createFailure('Timeout', 'x'.repeat(501));
    assert.equal(message, `${'x'.repeat(499)}…`);
    assert.equal(createFailure('Timeout', 'x'.repeat(500)).message, 'x'.repeat(500));
  });

  test('drops what is undefined from its details', () => {
    const { details } = createFailure('Timeout', 'x', {
      details: { attempt: 1, reason: undefined },
    });
    assert.deepEqual(details, [{ attempt: 1 }]);
  });

  test('keeps its details under 1 KB, also in scripts of three bytes a letter', () => {
    for (const letter of ['x', 'é', '語', '\u0001']) {
      const long = Object.fromEntries(
        Array.from({ length: 50 }, (_, index) => [`field${index}`, letter.repeat(300)]),
      );
      const [details] = createFailure('Timeout', 'x', { details: long }).details ?? [];
      const bytes = Buffer.byteLength(JSON.stringify(details));
      assert.ok(bytes <= maximumDetailsBytes, `${bytes} bytes of ${JSON.stringify(letter)}`);
    }
  });

  test('keeps short fields that come after one too many', () => {
    const details = {
      a: 'x'.repeat(300),
      b: 'x'.repeat(300),
      c: 'x'.repeat(300),
      d: 'x'.repeat(300),
      e: 'x'.repeat(300),
      attempt: 3,
    };
    const [kept] = createFailure('Timeout', 'x', { details }).details as [{ attempt?: number }];
    assert.equal(kept.attempt, 3);
  });
});
