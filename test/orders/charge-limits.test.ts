import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chargeLimits } from '../../src/orders/charge-limits.ts';

test('in an empty environment charges above 500 wait for a person', () => {
  assert.deepEqual(chargeLimits.parse({}), {
    maximumAutoCharge: '500',
    currencies: ['eur', 'usd', 'gbp', 'chf', 'jpy', 'kwd'],
  });
});

test('with a live key nothing is charged without approval, unless an amount is named', () => {
  // biome-ignore format: a table is read by its columns
  const rows: readonly (readonly [env: object, maximumAutoCharge: string])[] = [
    [{ STRIPE_SECRET_KEY: 'sk_live_1' }, '0'],
    [{ STRIPE_SECRET_KEY: 'rk_live_1' }, '0'],
    [{ STRIPE_SECRET_KEY: 'sk_test_live_' }, '500'],
    [{ STRIPE_SECRET_KEY: 'sk_live_1', MAX_AUTO_CHARGE: '20' }, '20'],
    [{ STRIPE_SECRET_KEY: 'sk_test_1', MAX_AUTO_CHARGE: '99.50' }, '99.50'],
  ];
  for (const [env, maximum] of rows) {
    assert.equal(chargeLimits.parse(env).maximumAutoCharge, maximum);
  }
});

test('what is no list of currencies is named', () => {
  const { error } = chargeLimits.safeParse({ HOLDFAST_CURRENCIES: 'EUR; USD' });
  assert.deepEqual(
    error?.issues.map(({ path, message }) => [...path, message]),
    [['HOLDFAST_CURRENCIES', 'must be a list such as eur,usd']],
  );
});
