import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FailureType } from '../../src/failures/failure-types.ts';
import { orderDefaults } from '../../src/orders/order-defaults.ts';
import { catalogue, type PolicyName } from '../../src/policies/catalogue.ts';
import { parks } from '../../src/policies/parks.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';

// biome-ignore format: a table is read by its columns
const rows: [policy: PolicyName, type: FailureType, parks: boolean][] = [
  ['payment', 'EffectUnknown', true],
  ['payment', 'Overloaded', true],
  ['payment', 'WorkerLost', true],
  ['payment', 'InvalidCredentials', true],
  ['payment', 'QuotaExhausted', true],
  ['payment', 'EffectRefused', false],
  ['payment', 'IdempotencyKeyReused', false],
  ['payment', 'PayloadTooLarge', false],
  ['database', 'ConnectionFailed', true],
  ['database', 'InvalidRequest', false],
  ['ticket', 'EffectRefused', true],
  ['ticket', 'InvalidRequest', true],
  ['ticket', 'EffectNameReused', false],
  ['model', 'QuotaExhausted', false],
  ['model', 'InvalidCredentials', false],
];

for (const [policy, type, expected] of rows) {
  test(`${policy}: ${type} ${expected ? 'parks' : 'fails'}`, () => {
    assert.equal(parks(catalogue[policy], type), expected);
  });
}

test('where nobody knows what happened, no policy fails', () => {
  assert.equal(parks({ onFailure: 'fail', parkOn: [] }, 'EffectUnknown'), true);
});

test('an order parks where reading its email fails for good', () => {
  const { model } = resolvePolicies(orderDefaults);
  assert.equal(parks(model, 'InvalidCredentials'), true);
  assert.equal(parks(model, 'ContextLengthExceeded'), true);
  assert.equal(parks(model, 'PayloadTooLarge'), false);
});
