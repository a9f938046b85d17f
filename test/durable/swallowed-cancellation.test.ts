import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lost } from '../../dev/sandbox/wire-fault.ts';
import { cancel } from '../../src/client/cancel.ts';
import { listEffects } from '../../src/client/effects.ts';
import { workflowStatus } from '../../src/client/status.ts';
import { type OrderWorld, startOrderWorld } from '../support/order-world.ts';
import { besideQueue, serveBeside } from '../support/serve-beside.ts';
import { until } from '../support/until.ts';

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
