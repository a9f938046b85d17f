import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { catalogue } from '../../src/policies/catalogue.ts';
import { InvalidPolicy, resolvePolicies } from '../../src/policies/resolve-policies.ts';

describe('policies resolved', () => {
  test('without overrides are the catalogue', () => {
    assert.deepEqual(resolvePolicies(), catalogue);
  });

  test('later overrides win, field by field', () => {
    const { model, payment } = resolvePolicies(
      { $schema: './policies.schema.json', model: { maximumAttempts: 3, jitter: 0 } },
      { model: { maximumAttempts: 5 } },
    );
    assert.deepEqual(model, { ...catalogue.model, maximumAttempts: 5, jitter: 0 });
    assert.deepEqual(payment, catalogue.payment);
  });
});

// biome-ignore format: a table is read by its columns
const refused: [what: string, override: unknown, message: RegExp][] = [
  ['a coefficient under 1', { model: { backoffCoefficient: 0.5 } }, /^model\.backoffCoefficient is 0\.5: too small/],
  ['an interval over the maximum', { model: { initialIntervalMs: 60_000 } }, /^model\.initialIntervalMs is 60000: must not exceed maximumIntervalMs \(30000\)$/],
  ['no cap at all', { ticket: { maximumAttempts: 0, elapsedBudgetMs: 0 } }, /^ticket\.maximumAttempts is 0: must cap attempts when elapsedBudgetMs does not cap time \(both 0\)$/],
  ['an unknown failure type', { payment: { nonRetryableErrorTypes: ['Nonsense'] } }, /^payment\.nonRetryableErrorTypes\.0 is "Nonsense": invalid option/],
  ['an unknown failure type that is counted', { model: { attemptsByType: { Nonsense: 2 } } }, /^model\.attemptsByType\.Nonsense is 2: is not known$/],
  ['an unknown field', { model: { maximumAttempt: 3 } }, /^model\.maximumAttempt is 3: is not known; did you mean maximumAttempts\?$/],
  ['an unknown policy', { modle: { maximumAttempts: 3 } }, /^modle is \{"maximumAttempts":3\}: is not known; did you mean model\?$/],
  ['half an attempt', { model: { maximumAttempts: 2.5 } }, /^model\.maximumAttempts is 2\.5: /],
  ['jitter over 1', { model: { jitter: 1.5 } }, /^model\.jitter is 1\.5: too big/],
  ['a text for a number', { model: { maximumAttempts: '8' } }, /^model\.maximumAttempts is "8": /],
  ['a timeout of zero', { database: { requestTimeoutMs: 0 } }, /^database\.requestTimeoutMs is 0: too small/],
  ['a list', [], /^the policies is \[\]: /],
  ['null', null, /^the policies is null: /],
];

describe('policies that make no sense are refused, with field and value', () => {
  for (const [what, override, message] of refused) {
    test(what, () => {
      assert.throws(
        () => resolvePolicies(override),
        (error) => error instanceof InvalidPolicy && message.test(error.message),
      );
    });
  }

  test('every mistake at once', () => {
    try {
      resolvePolicies({ model: { jitter: 2 } }, { ticket: { backoffCoefficient: 0 } });
      assert.fail('accepted');
    } catch (error) {
      assert.ok(error instanceof InvalidPolicy);
      assert.equal(error.problems.length, 2);
    }
  });
});
