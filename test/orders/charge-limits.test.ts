import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chargeLimits } from '../../src/orders/charge-limits.ts';

const usual = [
  { amountMinor: 50_000, currency: 'eur' },
  { amountMinor: 50_000, currency: 'usd' },
  { amountMinor: 50_000, currency: 'gbp' },
  { amountMinor: 50_000, currency: 'chf' },
  { amountMinor: 75_000, currency: 'jpy' },
  { amountMinor: 150_000, currency: 'kwd' },
];

test('a limit is an amount of one currency; with a live key there is none unless it is named', () => {
  // biome-ignore format: a table is read by its columns
  const rows: readonly (readonly [env: object, limits: object])[] = [
    [{}, usual],
    [{ STRIPE_SECRET_KEY: 'sk_test_live_' }, usual],
    [{ STRIPE_SECRET_KEY: 'sk_live_1' }, []],
    [{ STRIPE_SECRET_KEY: 'rk_live_1' }, []],
    [{ STRIPE_SECRET_KEY: 'sk_live_1', MAX_AUTO_CHARGE: '20 EUR' }, [{ amountMinor: 2000, currency: 'eur' }]],
    [{ MAX_AUTO_CHARGE: '0' }, []],
    [{ MAX_AUTO_CHARGE: ' 99.50 usd,3000 JPY' }, [{ amountMinor: 9950, currency: 'usd' }, { amountMinor: 3000, currency: 'jpy' }]],
  ];
  for (const [env, limits] of rows) assert.deepEqual(chargeLimits.parse(env), limits);
});

test('what is no list of amounts is named', () => {
  // biome-ignore format: a table is read by its columns
  const rows: readonly (readonly [text: string, problem: string])[] = [
    ['500', 'must name amounts with their currencies, as 500 EUR, 550.00 USD'],
    ['1,000 EUR', 'must name amounts with their currencies, as 500 EUR, 550.00 USD'],
    ['500 EUR; 500 USD', 'must name amounts with their currencies, as 500 EUR, 550.00 USD'],
    ['1.500 KWD', '1.500 KWD: the amount is ambiguous: its separator may mark thousands or decimals'],
    ['0.5 JPY', '0.5 JPY: the amount has more decimals than the currency'],
    ['500 XYZ', '500 XYZ: the currency is unknown'],
    ['500 EUR, 20 eur', 'eur: must have one amount'],
  ];
  for (const [MAX_AUTO_CHARGE, problem] of rows) {
    const { error } = chargeLimits.safeParse({ MAX_AUTO_CHARGE });
    assert.deepEqual(
      error?.issues.map(({ path, message }) => [...path, message]),
      [['MAX_AUTO_CHARGE', problem]],
    );
  }
});
