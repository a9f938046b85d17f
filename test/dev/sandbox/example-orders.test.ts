import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadExampleOrders, parseOrderFile } from '../../../dev/sandbox/example-orders.ts';
import { chargeLimits } from '../../../src/orders/charge-limits.ts';
import { reviewOrder } from '../../../src/orders/review-order.ts';

describe('the example orders', () => {
  const orders = loadExampleOrders();

  it('are twelve, of twelve customers, in six currencies and a bare sign', () => {
    assert.equal(orders.length, 12);
    assert.equal(new Set(orders.map(({ request }) => request.customer.id)).size, 12);
    const currencies = new Set(orders.map(({ extracted }) => extracted.currency));
    assert.deepEqual([...currencies].sort(), ['$', 'CHF', 'EUR', 'GBP', 'JPY', 'KWD', 'USD']);
  });

  it('three are for a person, each for another reason', () => {
    assert.deepEqual(
      orders.flatMap(({ orderId, needsApproval }) =>
        needsApproval ? [[orderId, needsApproval]] : [],
      ),
      [
        ['order-1007', 'aboveLimit'],
        ['order-1008', 'totalUnlikeItems'],
        ['order-1009', 'ambiguousAmount'],
      ],
    );
  });

  it('nine may be charged without asking, and the rules find the other three', () => {
    const limits = chargeLimits.parse({});
    const charged = orders.map(({ orderId, extracted }) => {
      const { total, reviewReasons } = reviewOrder(extracted, limits);
      return [orderId, total?.amountMinor, total?.currency, reviewReasons.length === 0];
    });
    assert.deepEqual(charged, [
      ['order-1001', 8600, 'usd', true],
      ['order-1002', 8990, 'eur', true],
      ['order-1003', 480, 'jpy', true],
      ['order-1004', 750, 'kwd', true],
      ['order-1005', 5600, 'gbp', true],
      ['order-1006', 13400, 'eur', true],
      ['order-1007', 123450, 'eur', false],
      ['order-1008', 13000, 'usd', false],
      ['order-1009', undefined, undefined, false],
      ['order-1010', 7500, 'eur', true],
      ['order-1011', 24990, 'eur', true],
      ['order-1012', 31240, 'chf', true],
    ]);
  });

  for (const { orderId, request, extracted } of orders) {
    it(`${orderId}: every amount stands in the email as it was read`, () => {
      const amounts = [extracted.total, ...extracted.items.map(({ unitPrice }) => unitPrice)];
      for (const amount of amounts) assert.ok(request.email.includes(amount), amount);
    });
  }
});

describe('an order file', () => {
  it('is what the caller knows, then the email, whose own header block is data', () => {
    const content =
      '---\norder: order-0001\ncustomer: cus_a\npayment-method: pm_a\n---\nHi\n---\ncustomer: cus_b\n---\n';
    assert.deepEqual(parseOrderFile(content), {
      orderId: 'order-0001',
      request: {
        email: 'Hi\n---\ncustomer: cus_b\n---\n',
        customer: { id: 'cus_a', paymentMethod: 'pm_a' },
      },
    });
  });

  it('is refused without a whole header', () => {
    assert.throws(() => parseOrderFile('Hi\n'), /no header/);
    assert.throws(() => parseOrderFile('---\norder: order-0001\n---\nHi\n'), /customer/);
  });
});
