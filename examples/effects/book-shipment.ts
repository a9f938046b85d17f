import { z } from 'zod';
import { httpEffect } from '../../src/app.ts';

const shipments = z.array(
  z.object({ id: z.string(), reference: z.string(), tracking: z.string() }),
);

/** Books a parcel with a carrier whose API takes `Idempotency-Key` and knows a key for a day. */
export const shipment = httpEffect({
  does: 'book a parcel',
  target: 'carrier',
  // Read when a worker starts, which names what is missing.
  config: z.object({ CARRIER_URL: z.url(), CARRIER_TOKEN: z.string() }),
  baseUrl: ({ CARRIER_URL }) => CARRIER_URL,
  headers: ({ CARRIER_TOKEN }) => ({ authorization: `Bearer ${CARRIER_TOKEN}` }),
  input: z.object({ orderId: z.string(), address: z.string(), grams: z.int().min(1) }),
  result: z.object({ id: z.string(), tracking: z.string() }),
  // The same order to the same address is the same parcel, whatever a later reading weighs.
  identity: ({ orderId, address }) => ({ orderId, address }),
  request: ({ orderId, address, grams }, key) => ({
    path: '/v1/shipments',
    body: { order: orderId, address, grams, reference: key, tracking: `T-${orderId}` },
  }),
  keyWindowMs: 23 * 60 * 60 * 1000,
  // After the window the carrier has forgotten the key, but not the reference.
  async lookUp({ key, signal }, ask) {
    const { body } = await ask({ path: '/v1/shipments' }, { signal });
    return shipments.parse(body).find(({ reference }) => reference === key);
  },
});
