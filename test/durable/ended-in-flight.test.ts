import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancel } from '../../src/client/cancel.ts';
import { listEffects } from '../../src/client/effects.ts';
import { startOrder } from '../../src/orders/start-order.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { startOrderWorld } from '../support/order-world.ts';
import { resetToStart } from '../support/reset-to-start.ts';
import { customer, oneLamp } from '../support/start-test-order.ts';

const endings = ['reset', 'terminated', 'cancelled'] as const;
const points = ['received', 'executed'] as const;

test('reset, terminated or cancelled with its charge at Stripe, before it is made and after: charged once', async (t) => {
  const ids = endings.flatMap((ending) => points.map((point) => `${ending}-${point}`));
  const reached = new Map(ids.map((id) => [id, Promise.withResolvers<void>()]));
  const goesOn = Promise.withResolvers<void>();
  const world = await startOrderWorld({
    model: { answer: () => oneLamp },
    stripe: {
      faults({ method, parameters, nthForThisKey }) {
        const id = parameters.get('metadata[holdfast_order]') ?? '';
        if (method !== 'POST' || nthForThisKey > 1) return { kind: 'pass' };
        const stand = async (point: string) => {
          if (!id.endsWith(point)) return;
          reached.get(id)?.resolve();
          await goesOn.promise;
        };
        return {
          kind: 'held',
          received: () => stand('received'),
          executed: () => stand('executed'),
        };
      },
    },
  });
  t.after(world.stop);
  const start = async (id: string, retryFailed = false) => {
    const policies = resolvePolicies({
      payment: { initialIntervalMs: 50, maximumIntervalMs: 200 },
    });
    const request = { email: 'One lamp, 12.00 EUR please', customer };
    const input = { request, model: 'openai:gpt-4o-mini', policies };
    const { taskQueue } = world;
    return (await startOrder(world.client, input, { id, taskQueue, retryFailed })).handle;
  };
  const handles = new Map(await Promise.all(ids.map(async (id) => [id, await start(id)] as const)));
  await Promise.all([...reached.values()].map(({ promise }) => promise));

  const done = ids.map(async (id) => {
    if (id.startsWith('reset')) return (await resetToStart(world.client, id)).charge;
    if (id.startsWith('cancelled')) return (await cancel(world.client, id)).left?.done.length;
    await handles.get(id)?.terminate();
    const again = await start(id, true);
    return (await again.result()).charge;
  });
  // For all of that to be under way, as the requests are.
  setTimeout(goesOn.resolve, 1500);
  const results = await Promise.all(done);
  assert.deepEqual(results.slice(4), [2, 2], 'who cancelled is told of order and charge');
  const payments = await world.sandbox.stripe.paymentIntents();
  assert.deepEqual(payments.map(({ metadata }) => metadata.holdfast_order).sort(), ids.sort());
  assert.ok(payments.every(({ status }) => status === 'succeeded'));
  assert.deepEqual(await world.counts(), { rows: 6, charges: 6, tickets: 4 });
  const { effects } = await listEffects(world.client, { effect: 'charge' });
  assert.deepEqual([...new Set(effects.map(({ state }) => state))], ['succeeded']);
});
