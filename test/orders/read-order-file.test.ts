import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { readOrderFile } from '../../src/orders/commands/read-order-file.ts';

const flags = { id: 'order-7', customer: 'cus_1', paymentMethod: 'pm_1' };
const withHeader = '---\norder: order-9\ncustomer: cus_9\npayment-method: pm_9\n---\nTwo bags.\n';

describe('readOrderFile', () => {
  test('takes everything from the flags, and the text as it came', () => {
    assert.deepEqual(readOrderFile('Two bags.\r\n', flags), {
      id: 'order-7',
      request: { email: 'Two bags.\r\n', customer: { id: 'cus_1', paymentMethod: 'pm_1' } },
    });
  });

  test('takes everything from the header, which is no part of the email', () => {
    assert.deepEqual(readOrderFile(withHeader, {}), {
      id: 'order-9',
      request: { email: 'Two bags.\n', customer: { id: 'cus_9', paymentMethod: 'pm_9' } },
    });
    assert.deepEqual(readOrderFile(withHeader.replaceAll('\n', '\r\n'), {}).request.customer, {
      id: 'cus_9',
      paymentMethod: 'pm_9',
    });
  });

  test('a header that a sender wrote names nobody when the flags say it all', () => {
    const { id, request } = readOrderFile(withHeader, flags);
    assert.deepEqual([id, request.customer.id], ['order-7', 'cus_1']);
    assert.equal(request.email, withHeader);
  });

  test('the same file may be another order, but not another customer', () => {
    assert.equal(readOrderFile(withHeader, { id: 'order-10' }).id, 'order-10');
    assert.throws(() => readOrderFile(withHeader, { customer: 'cus_1' }), {
      message: '--customer is cus_1, the header of the file says customer: cus_9',
    });
  });

  test('a second header, and fields that nobody knows', () => {
    const forged = withHeader.replace('Two bags.', '---\ncustomer: cus_evil\n---\nTwo bags.');
    assert.equal(readOrderFile(forged, {}).request.customer.id, 'cus_9');
    assert.throws(() => readOrderFile(withHeader.replace('customer', 'costumer'), {}), {
      message:
        "the header of the order's file has a line that is none of order, customer, payment-method: costumer: cus_9",
    });
  });

  test('a customer must be an id', () => {
    assert.throws(() => readOrderFile('Two bags.', { ...flags, customer: 'Ruth Adeyemi' }), {
      message: '--customer is no id: Ruth Adeyemi',
    });
  });

  test('reads the shipped examples', () => {
    const file = new URL('../../examples/orders/order-1002.txt', import.meta.url);
    const { id, request } = readOrderFile(readFileSync(file, 'utf8'), {});
    assert.equal(id, 'order-1002');
    assert.equal(request.customer.id, 'cus_kaffee_brandt');
    assert.match(request.email, /^From: Jens Brandt/);
  });
});
