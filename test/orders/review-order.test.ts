import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExtractedOrder } from '../../src/orders/order.ts';
import { reviewOrder } from '../../src/orders/review-order.ts';

const limits = [
  { amountMinor: 50_000, currency: 'eur' },
  { amountMinor: 75_000, currency: 'jpy' },
  { amountMinor: 150_000, currency: 'kwd' },
];

function order(total: string, currency: string, ...items: [number, string][]): ExtractedOrder {
  return {
    items: items.map(([quantity, unitPrice]) => ({ description: 'Bolt', quantity, unitPrice })),
    total,
    currency,
  };
}

const cases: readonly {
  readonly name: string;
  readonly order: ExtractedOrder;
  readonly total: { amountMinor: number; currency: string } | undefined;
  readonly reasons: readonly string[];
}[] = [
  {
    name: 'a total that its items add up to is charged',
    order: order('120.50', 'EUR', [2, '50.00'], [1, '20.50']),
    total: { amountMinor: 12050, currency: 'eur' },
    reasons: [],
  },
  {
    name: 'a free item changes nothing',
    order: order('100', 'EUR', [2, '50'], [1, '0.00']),
    total: { amountMinor: 10000, currency: 'eur' },
    reasons: [],
  },
  {
    name: 'exactly the limit is charged',
    order: order('500', 'EUR', [1, '500']),
    total: { amountMinor: 50000, currency: 'eur' },
    reasons: [],
  },
  {
    name: 'a cent above the limit is looked at',
    order: order('500.01', 'EUR', [1, '500.01']),
    total: { amountMinor: 50001, currency: 'eur' },
    reasons: ['500.01 EUR is above the limit of 500.00 EUR for charging without asking'],
  },
  {
    name: 'the limit in yen is one of its own',
    order: order('75001', 'JPY', [1, '75001']),
    total: { amountMinor: 75_001, currency: 'jpy' },
    reasons: ['75001 JPY is above the limit of 75000 JPY for charging without asking'],
  },
  {
    name: '499 dinars are not below a limit of 500 of anything',
    order: order('499.00', 'KWD', [1, '499.00']),
    total: { amountMinor: 499_000, currency: 'kwd' },
    reasons: ['499.000 KWD is above the limit of 150.000 KWD for charging without asking'],
  },
  {
    name: 'another sum is looked at, never mended',
    order: order('100', 'EUR', [3, '50']),
    total: { amountMinor: 10000, currency: 'eur' },
    reasons: ['the total is 100.00 EUR, the items add up to 150.00 EUR'],
  },
  {
    name: 'an ambiguous total has no amount',
    order: order('1.234', 'EUR', [1, '1.234']),
    total: undefined,
    reasons: ['total: the amount is ambiguous: its separator may mark thousands or decimals'],
  },
  {
    name: 'a bare $ has no amount',
    order: order('100', '$', [1, '100']),
    total: undefined,
    reasons: ['total: the currency is ambiguous'],
  },
  {
    name: 'an ambiguous unit price is looked at',
    order: order('1234.00', 'EUR', [1, '1.234']),
    total: { amountMinor: 123400, currency: 'eur' },
    reasons: [
      'unit price of item 1: the amount is ambiguous: its separator may mark thousands or decimals',
      '1234.00 EUR is above the limit of 500.00 EUR for charging without asking',
    ],
  },
  {
    name: 'an unlisted currency is looked at',
    order: order('100', 'usd', [1, '100']),
    total: { amountMinor: 10000, currency: 'usd' },
    reasons: ['USD is not among the currencies charged without asking'],
  },
  {
    name: 'quantities cannot overflow',
    order: order('1', 'EUR', [100000, '90071992547409.91']),
    total: { amountMinor: 100, currency: 'eur' },
    reasons: ['the total is 1.00 EUR, the items add up to far more'],
  },
];

for (const { name, order: extracted, total, reasons } of cases) {
  test(name, () => {
    const review = reviewOrder(extracted, limits);
    assert.deepEqual(review.total, total);
    assert.deepEqual(review.reviewReasons, reasons);
  });
}

test('without a limit every order is looked at', () => {
  const review = reviewOrder(order('0.01', 'EUR', [1, '0.01']), []);
  assert.deepEqual(review.reviewReasons, [
    'EUR is not among the currencies charged without asking',
  ]);
});
