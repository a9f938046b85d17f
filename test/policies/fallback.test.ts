import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FailureType } from '../../src/failures/failure-types.ts';
import {
  attemptsUntilFallback,
  lastAttemptFor,
  type NextModel,
  nextModel,
  placeOf,
} from '../../src/policies/fallback.ts';
import { InvalidPolicy, resolvePolicies } from '../../src/policies/resolve-policies.ts';

const { fallback } = resolvePolicies({
  model: {
    maximumAttempts: 12,
    fallback: [
      { model: 'openai:large' },
      { model: 'anthropic:small', on: ['Overloaded', 'InvalidCredentials'], afterAttempts: 4 },
      { model: 'anthropic:huge', largerContext: true, on: ['ServerError', 'RequestTooLarge'] },
    ],
  },
}).model;
const first: NextModel = { model: 'openai:small', place: 0 };
const large: NextModel = { model: 'openai:large', place: 1 };
const small: NextModel = { model: 'anthropic:small', place: 2 };
const huge: NextModel = { model: 'anthropic:huge', place: 3 };

// biome-ignore format: a table is read by its columns
const rows: [failed: NextModel, type: FailureType, next: NextModel | undefined][] = [
  [first, 'Overloaded', large],
  [first, 'RateLimited', large],
  [first, 'ServerError', large],
  [first, 'Timeout', large],
  [first, 'ConnectionFailed', large],
  [first, 'MalformedResponse', large],
  [first, 'ModelNotFound', large],
  [first, 'PermissionDenied', large],
  [first, 'QuotaExhausted', large],
  // The same provider would be shown the same key.
  [first, 'InvalidCredentials', small],
  [large, 'InvalidCredentials', small],
  [small, 'InvalidCredentials', undefined],
  // Only to a larger window, whatever `on` says.
  [first, 'ContextLengthExceeded', huge],
  [huge, 'ContextLengthExceeded', undefined],
  // Only where it is asked for.
  [first, 'RequestTooLarge', huge],
  // Passed over, and never back.
  [large, 'Overloaded', small],
  [large, 'ServerError', huge],
  [small, 'Overloaded', undefined],
  [huge, 'Overloaded', undefined],
  // Never.
  [first, 'ContentRejected', undefined],
  [first, 'SchemaRejected', undefined],
  [first, 'SchemaMismatch', undefined],
  [first, 'InvalidRequest', undefined],
  [first, 'OutputTruncated', undefined],
  [first, 'PayloadTooLarge', undefined],
  [first, 'WorkerLost', undefined],
];

describe('the model that takes over', () => {
  for (const [failed, type, next] of rows) {
    test(`${failed.model}, ${type}: ${next?.model ?? 'none'}`, () => {
      assert.deepEqual(nextModel(fallback, failed, type), next);
    });
  }

  test('a model that was chosen by hand has its place in the list, or the first', () => {
    assert.equal(placeOf(fallback, 'anthropic:small'), 2);
    assert.equal(placeOf(fallback, 'ollama:own'), 0);
  });
});

describe('attempts before another model takes over', () => {
  test('are counted for what time may cure, and are those of the model that takes over', () => {
    assert.deepEqual(attemptsUntilFallback(fallback, large), { Overloaded: 4, ServerError: 2 });
    assert.deepEqual(attemptsUntilFallback(fallback, huge), {});
    assert.deepEqual(attemptsUntilFallback([], first), {});
  });

  test('cap the attempts for these types only', () => {
    const last = (lastAttempt: number, type: FailureType) =>
      lastAttemptFor(lastAttempt, { Overloaded: 4 }, type);
    assert.equal(last(8, 'Overloaded'), 4);
    assert.equal(last(8, 'RateLimited'), 8);
    assert.equal(last(3, 'Overloaded'), 3);
    assert.equal(last(Number.POSITIVE_INFINITY, 'Overloaded'), 4);
    assert.equal(lastAttemptFor(8, undefined, 'Timeout'), 8);
  });
});

// biome-ignore format: a table is read by its columns
const refused: [what: string, model: Record<string, unknown>, message: RegExp][] = [
  ['an empty model', { fallback: [{ model: '' }] }, /^model\.fallback\.0\.model is "": must be provider:model$/],
  ['a model without provider', { fallback: [{ model: 'gpt-4o' }] }, /^model\.fallback\.0\.model is "gpt-4o": must be provider:model$/],
  ['ContentRejected', { fallback: [{ model: 'openai:a', on: ['Timeout', 'ContentRejected'] }] }, /^model\.fallback\.0\.on\.1 is "ContentRejected": must be one of Overloaded, /],
  ['SchemaMismatch', { fallback: [{ model: 'openai:a', on: ['SchemaMismatch'] }] }, /^model\.fallback\.0\.on\.0 is "SchemaMismatch": must be one of /],
  ['ContextLengthExceeded to any', { fallback: [{ model: 'openai:a', on: ['ContextLengthExceeded'] }] }, /^model\.fallback\.0\.on\.0 is "ContextLengthExceeded": is said with largerContext: true$/],
  ['for nothing', { fallback: [{ model: 'openai:a', on: [] }] }, /^model\.fallback\.0\.on is \[\]: too small/],
  ['a model twice', { fallback: [{ model: 'openai:a' }, { model: 'openai:b' }, { model: 'openai:a' }] }, /^model\.fallback\.2\.model is "openai:a": is named twice$/],
  ['no attempt left', { maximumAttempts: 4, fallback: [{ model: 'openai:a' }, { model: 'openai:b' }] }, /^model\.fallback\.1\.afterAttempts is 2: leaves no attempt for it: the models before have 4 of maximumAttempts \(4\)$/],
  ['zero attempts', { fallback: [{ model: 'openai:a', afterAttempts: 0 }] }, /^model\.fallback\.0\.afterAttempts is 0: too small/],
  ['a cap on cost without a price', { fallback: [{ model: 'openai:a' }], callBudget: { maximumCost: { amount: '1', currency: 'usd' } } }, /^model\.fallback\.0\.model is "openai:a": has no price in usd, and a budget caps the cost$/],
  ['an unknown field', { fallback: [{ model: 'openai:a', when: 'now' }] }, /^model\.fallback\.0\.when is "now": is not known$/],
];

describe('a list that makes no sense is refused, with field and value', () => {
  for (const [what, model, message] of refused) {
    test(what, () => {
      assert.throws(
        () => resolvePolicies({ model }),
        (error) => error instanceof InvalidPolicy && message.test(error.message),
      );
    });
  }
});
