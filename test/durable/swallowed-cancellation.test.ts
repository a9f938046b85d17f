import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lost } from '../../dev/sandbox/wire-fault.ts';
import { cancel } from '../../src/client/cancel.ts';
import { listEffects } from '../../src/client/effects.ts';
import { workflowStatus } from '../../src/client/status.ts';
import { startOrder } from '../../src/orders/start-order.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { type OrderWorld, startOrderWorld } from '../support/order-world.ts';
import { resetToStart } from '../support/reset-to-start.ts';
import { besideQueue, serveBeside } from '../support/serve-beside.ts';
import { customer, oneLamp } from '../support/start-test-order.ts';
import { until } from '../support/until.ts';

describe('a cancellation that is swallowed', () => {
  const pass = { kind: 'pass' } as const;
  const workflows = new URL('./swallowed-cancellation.ts', import.meta.url);
  const slow = { initialIntervalMs: 60_000, maximumIntervalMs: 60_000, jitter: 0 };

  function start(world: OrderWorld, type: string) {
    const overrides = { policies: { payment: slow } };
    const options = { workflowId: 'order-1', taskQueue: besideQueue, args: [null, overrides] };
    return world.client.workflow.start(type, options);
  }

  const stateOf = async (world: OrderWorld) =>
    (await listEffects(world.client, { workflowId: 'order-1' })).effects.map(({ state }) => state);

  test('a workflow that swallows its cancellation ends with its charge looked up all the same', async (t) => {
    const world = await startOrderWorld({
      stripe: { faults: ({ method }) => (method === 'POST' ? lost : pass) },
    });
    const end = await serveBeside(world, workflows);
    t.after(async () => {
      await end();
      await world.stop();
    });
    const handle = await start(world, 'heedless');
    await until(async () => {
      const { pending } = await workflowStatus(world.client, 'order-1');
      return pending.some(({ lastFailure }) => lastFailure) ? true : undefined;
    });
    const { status, left } = await cancel(world.client, 'order-1');
    const [payment] = await world.sandbox.stripe.paymentIntents();
    assert.equal(status, 'COMPLETED');
    assert.deepEqual(left, { done: [`charged 12.00 EUR (${payment?.id})`], inDoubt: [] });
    assert.equal(await handle.result(), 'whatever');
    assert.deepEqual(await stateOf(world), ['succeeded']);
  });

  test('a workflow that returns without waiting for its charge does not end before it', async (t) => {
    const world = await startOrderWorld();
    const end = await serveBeside(world, workflows);
    t.after(async () => {
      await end();
      await world.stop();
    });
    const handle = await start(world, 'hasty');
    assert.equal(await handle.result(), 'gone');
    assert.deepEqual(await stateOf(world), ['succeeded']);
    assert.equal((await world.counts()).charges, 1);
  });
});

describe('ended with a charge in flight', () => {
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
    const handles = new Map(
      await Promise.all(ids.map(async (id) => [id, await start(id)] as const)),
    );
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
});
