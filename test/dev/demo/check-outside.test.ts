import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkOutside } from '../../../dev/demo/check-outside.ts';
import type { DemoOrder } from '../../../dev/demo/demo-orders.ts';
import type { Outside } from '../../../dev/demo/read-outside.ts';

const request = { email: '', customer: { id: 'cus_1', paymentMethod: 'pm_1' } };
const demo: DemoOrder[] = [
  { orderId: 'order-1', request, model: 'm' },
  { orderId: 'order-2', request, model: 'm', mustFail: 'ModelNotFound' },
];
const truth = { 'order-1': { customer: 'cus_1', amountMinor: 100, currency: 'eur' } };
const charge = { orderId: 'order-1', customer: 'cus_1', amountMinor: 100, currency: 'eur' };
const ticket = { title: 'Fulfil order order-1', marker: '<!-- holdfast:v1:aa -->' };
const done = { orderId: 'order-1', runId: 'r', status: 'COMPLETED', modelRequests: 2 };
const failed = {
  orderId: 'order-2',
  runId: 'r',
  status: 'FAILED',
  failureType: 'ModelNotFound',
  modelRequests: 1,
};
const right: Outside = {
  orders: [done, failed],
  rows: ['order-1'],
  unsettled: [],
  takenOver: [],
  charges: [charge],
  tickets: [ticket],
  modelRequests: 3,
  attempts: { started: 3, sent: 3, notSent: [], lost: [] },
};

const problems = (seen: Partial<Outside>) =>
  checkOutside({ ...right, ...seen }, demo, truth).flatMap((check) => check.problems);

const rows: readonly [name: string, seen: Partial<Outside>, problems: string[]][] = [
  ['all is right', {}, []],
  ['an order failed', { orders: [{ ...done, status: 'FAILED' }, failed] }, ['order-1 is failed']],
  ['a row is missing', { rows: [] }, ['rows: none for order-1']],
  ['an effect is in doubt', { unsettled: ['k: unknown'] }, ['k: unknown']],
  ['a second charge', { charges: [charge, charge] }, ['charges: order-1 more than once']],
  [
    'a charge to another customer',
    { charges: [{ ...charge, customer: 'cus_other' }] },
    ['order-1: 100 eur charged to cus_other'],
  ],
  [
    'another amount',
    { charges: [{ ...charge, amountMinor: 999900 }] },
    ['order-1: 999900 eur charged to cus_1'],
  ],
  [
    'two tickets of one marker',
    { tickets: [ticket, { ...ticket, title: 'Fulfil order order-2' }] },
    [
      'tickets: <!-- holdfast:v1:aa --> more than once',
      'tickets: one for order-2, which was not asked for',
    ],
  ],
  [
    'a request that no attempt explains',
    { modelRequests: 4 },
    ['the provider received 4 requests for 3 attempts sent'],
  ],
  [
    'a permanent failure tried again',
    { orders: [done, { ...failed, modelRequests: 2 }] },
    ['order-2: must be ModelNotFound after 1 request, is ModelNotFound after 2'],
  ],
];

describe('the count from the outside finds what is wrong', () => {
  for (const [name, seen, expected] of rows) {
    it(name, () => assert.deepEqual(problems(seen), expected));
  }
});
