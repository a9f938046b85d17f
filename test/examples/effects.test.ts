import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { startKeyedEndpoint } from '../../dev/sandbox/keyed-endpoint.ts';
import { lost, pass } from '../../dev/sandbox/wire-fault.ts';
import { shipment } from '../../examples/effects/book-shipment.ts';
import type { NativeKeyEffect } from '../../src/effects/once/effect.ts';
import { runOnce } from '../../src/effects/once/run-once.ts';
import { failureOf } from '../effects/once/expect-failure.ts';
import { temporaryLedger } from '../effects/once/temporary-ledger.ts';

const ledger = temporaryLedger();
const root = path.join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
type Parcel = { orderId: string; address: string; grams: number };
type Booked = { id: string; tracking: string };

/** The effect as a worker makes it. */
function made(CARRIER_URL: string) {
  const config = { CARRIER_URL, CARRIER_TOKEN: 'secret' };
  const effect = shipment.make('shipment', { config, allowPrivate: false });
  return effect as NativeKeyEffect<Parcel, Booked>;
}

const parcel = { orderId: 'order-1', address: '1 Main Street', grams: 700 };

test('the example books one parcel, though its first answer is lost', async (t) => {
  const carrier = await startKeyedEndpoint({
    path: '/v1/shipments',
    faults: (nth) => (nth === 1 ? lost : pass),
  });
  t.after(() => carrier.stop());
  const effect = made(carrier.origin);
  const place = { scope: 'test', workflowId: 'order-1' };
  assert.equal(
    (await failureOf(runOnce(ledger(), effect, place, parcel))).type,
    'ConnectionFailed',
  );
  const booked = { result: { id: 'thing-1', tracking: 'T-order-1' }, key: 'test/order-1:shipment' };
  assert.deepEqual(await runOnce(ledger(), effect, place, parcel), { ...booked, replayed: false });
  assert.deepEqual(await runOnce(ledger(), effect, place, parcel), { ...booked, replayed: true });
  assert.equal(carrier.requests.length, 2);
  assert.equal(carrier.things.length, 1);
});

test('the example finds its parcel again when the carrier has forgotten the key', async (t) => {
  const carrier = await startKeyedEndpoint({ path: '/v1/shipments', faults: () => lost });
  t.after(() => carrier.stop());
  const effect = {
    ...made(carrier.origin),
    keyWindowMs: 0,
  };
  const place = { scope: 'test', workflowId: 'order-2' };
  await failureOf(runOnce(ledger(), effect, place, parcel));
  carrier.forgetKeys();
  const { result } = await runOnce(ledger(), effect, place, parcel);
  assert.deepEqual(result, { id: 'thing-1', tracking: 'T-order-1' });
  assert.equal(carrier.things.length, 1);
});

test('every file that docs/effects.md names is there', () => {
  const named = [...read('docs/effects.md').matchAll(/`((?:src|examples|dev|test)\/[\w./-]+)`/g)];
  assert.ok(named.length > 5);
  for (const [, file = ''] of named) assert.ok(read(file).length > 0, file);
});
