import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLiveStripeKey, targetUrlProblem } from '../../src/config/trust.ts';

const urls: readonly (readonly [string, string | undefined])[] = [
  ['https://api.stripe.com', undefined],
  ['http://127.0.0.1:4010', undefined],
  ['http://localhost:4010', undefined],
  ['http://[::1]:4010', undefined],
  ['http://10.0.0.7', 'must be https, since credentials are sent to it'],
  ['http://localhost.evil.example', 'must be https, since credentials are sent to it'],
  ['https://user:secret@api.stripe.com', 'must not hold credentials'],
  ['https://api.stripe.com?x=1', 'must not have a query or fragment'],
  ['ftp://api.stripe.com', 'must be an http or https URL'],
  ['stripe', 'is not a URL'],
];

for (const [url, problem] of urls) {
  test(`${url} ${problem ?? 'is fine'}`, () => {
    assert.equal(targetUrlProblem(url), problem);
  });
}

test('plain http in a network that is trusted', () => {
  assert.equal(targetUrlProblem('http://stripe-mock:12111', { allowPlain: true }), undefined);
});

test('live keys, secret or restricted, are told from test keys', () => {
  assert.deepEqual(['sk_live_1', 'rk_live_1', 'sk_test_1', 'rk_test_1', ''].map(isLiveStripeKey), [
    true,
    true,
    false,
    false,
    false,
  ]);
});
