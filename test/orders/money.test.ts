import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMoney } from '../../src/orders/money.ts';
import { formatMoney } from '../../src/wire/money.ts';

const ambiguous = 'the amount is ambiguous: its separator may mark thousands or decimals';
const notNumber = 'the amount is not a number';
const decimals = 'the amount has more decimals than the currency';

const amounts: readonly (readonly [string, string, number | string])[] = [
  ['1200', 'EUR', 120000],
  ['1200.50', 'EUR', 120050],
  ['1200.5', 'eur', 120050],
  ['1200,5', '€', 120050],
  ['0.01', 'USD', 1],
  ['0,99', 'USD', 99],
  ['1.234,50', 'EUR', 123450],
  ['1,234.50', 'USD', 123450],
  ['1,234,567.89', 'USD', 123456789],
  ['1.234.567', 'EUR', 123456700],
  ['1 234,50', 'EUR', 123450],
  ['1\u202f234,50', 'EUR', 123450],
  ['1 234', 'EUR', 123400],
  ["1'234.50", 'CHF', 123450],
  ['  42 ', 'GBP', 4200],
  ['1200.000', 'USD', 120000],
  ['9007199254740991', 'JPY', 9007199254740991],
  ['500', 'JPY', 500],
  ['500.00', 'JPY', 500],
  ['500', 'ISK', 50000],
  ['500', 'UGX', 50000],
  ['1500', 'HUF', 150000],
  ['5.12', 'KWD', 5120],
  ['1234.560', 'KWD', 1234560],
  ['1.234', 'EUR', ambiguous],
  ['1,234', 'USD', ambiguous],
  ['12.345', 'KWD', ambiguous],
  ['1,234', 'JPY', ambiguous],
  ['1200', '$', 'the currency is ambiguous'],
  ['1200', '£', 'the currency is ambiguous'],
  ['1200', 'kr', 'the currency is ambiguous'],
  ['1200', 'Dollars', 'the currency is ambiguous'],
  ['1200', 'US$', 'the currency is unknown'],
  ['1200', 'XYZ', 'the currency is unknown'],
  ['1200', 'BTC', 'the currency is unknown'],
  ['1200', '', 'the currency is unknown'],
  ['0.125', 'USD', decimals],
  ['1234.567', 'USD', decimals],
  ['1,234.567', 'USD', decimals],
  ['10.5', 'JPY', decimals],
  ['5.5', 'ISK', 'the amount cannot be charged in this currency'],
  ['1234.561', 'KWD', 'the amount cannot be charged in this currency'],
  ['-5', 'EUR', 'the amount is negative'],
  ['−5.00', 'EUR', 'the amount is negative'],
  ['0', 'EUR', 'the amount is zero'],
  ['0.00', 'EUR', 'the amount is zero'],
  ['9007199254740992', 'JPY', 'the amount is too large'],
  ['1e3', 'EUR', notNumber],
  ['0x10', 'EUR', notNumber],
  ['', 'EUR', notNumber],
  ['.50', 'EUR', notNumber],
  ['12.', 'EUR', notNumber],
  ['about 12', 'EUR', notNumber],
  ['12 EUR', 'EUR', notNumber],
  ['1,23,456', 'INR', notNumber],
  ['12,34.50', 'EUR', notNumber],
  ['1.234.56', 'EUR', notNumber],
  ['1.234,56.78', 'EUR', notNumber],
  ['10 00', 'EUR', notNumber],
  ['1,5 00', 'EUR', notNumber],
  ['١٢٣', 'EUR', notNumber],
];

for (const [amount, currency, expected] of amounts) {
  test(`${JSON.stringify(amount)} ${currency} is ${expected}`, () => {
    const { money, problem } = parseMoney(amount, currency);
    assert.equal(money?.amountMinor ?? problem, expected);
  });
}

test('the currency comes back in lower case', () => {
  assert.deepEqual(parseMoney('12.00', 'Eur').money, { amountMinor: 1200, currency: 'eur' });
});

test('money reads the same everywhere', () => {
  assert.equal(formatMoney({ amountMinor: 123450, currency: 'eur' }), '1234.50 EUR');
  assert.equal(formatMoney({ amountMinor: 5, currency: 'usd' }), '0.05 USD');
  assert.equal(formatMoney({ amountMinor: 500, currency: 'jpy' }), '500 JPY');
  assert.equal(formatMoney({ amountMinor: 5120, currency: 'kwd' }), '5.120 KWD');
});
