import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lost } from '../../dev/sandbox/wire-fault.ts';
import { cancel } from '../../src/client/cancel.ts';
import { listEffects } from '../../src/client/effects.ts';
import { workflowStatus } from '../../src/client/status.ts';
import type { PolicyOverrides } from '../../src/policies/resolve-policies.ts';
import { failureOf } from '../support/failure-of.ts';
import { type OrderWorld, startOrderWorld } from '../support/order-world.ts';
import { oneLamp, parkedOnFailure, startTestOrder } from '../support/start-test-order.ts';
import { until } from '../support/until.ts';

const key = 'default/order-1:charge';
const pass = { kind: 'pass' } as const;
const away = { kind: 'status', status: 503 } as const;
/** Stripe refuses before it begins. */
const limited = {
  kind: 'status',
  status: 429,
  body: { error: { type: 'rate_limit_error' } },
} as const;
/** Another attempt only after a minute: until then nobody is at it. */
const slow = { initialIntervalMs: 60_000, maximumIntervalMs: 60_000, jitter: 0 };
const once = { maximumAttempts: 1, elapsedBudgetMs: 0 };

/** Stripe charges, and the answer is lost; its list tells of it, or is away. */
function startLossyWorld(isListed = true): Promise<OrderWorld> {
  return startOrderWorld({
    model: { answer: () => oneLamp },
    stripe: { faults: ({ method }) => (method === 'POST' ? lost : isListed ? pass : away) },
  });
}

/** Starts an order, and waits until its charge is made and the answer lost. */
async function chargedAndLost(world: OrderWorld, payment: PolicyOverrides['payment']) {
  const { handle } = await startTestOrder(world, 'order-1', { payment });
  await until(async () => ((await world.counts()).charges > 0 ? true : undefined));
  return handle;
}

const stateOf = async (world: OrderWorld) =>
  (await listEffects(world.client, { workflowId: 'order-1', effect: 'charge' })).effects.map(
    ({ state }) => state,
  );

async function chargeOf(world: OrderWorld): Promise<string> {
  const [payment] = await world.sandbox.stripe.paymentIntents();
  return `charged 12.00 EUR (${payment?.id})`;
}

/** Waits until an attempt has failed and the next one is awaited. */
async function awaitsNext(world: OrderWorld) {
  await until(async () => {
    const { pending } = await workflowStatus(world.client, 'order-1');
    return pending.some((each) => each.activity === 'charge' && each.lastFailure)
      ? true
      : undefined;
  });
}

test('cancelled while the next attempt is awaited: looked up, and told with the id of the payment', async (t) => {
  const world = await startLossyWorld();
  t.after(world.stop);
  await chargedAndLost(world, slow);
  await awaitsNext(world);
  const charged = await chargeOf(world);
  const { status, left } = await cancel(world.client, 'order-1');
  assert.equal(status, 'CANCELLED');
  assert.deepEqual(left, { done: ['saved the order', charged], inDoubt: [] });
  assert.deepEqual(await stateOf(world), ['succeeded']);
  const told = `Cancelled on request; done before: saved the order, ${charged}`;
  assert.equal((await workflowStatus(world.client, 'order-1')).failure?.message, told);
  assert.deepEqual((await cancel(world.client, 'order-1')).left, left, 'and told again');
});

test('cancelled, and the target does not answer: unknown, and told with its key', async (t) => {
  const world = await startLossyWorld(false);
  t.after(world.stop);
  await chargedAndLost(world, slow);
  await awaitsNext(world);
  const { left } = await cancel(world.client, 'order-1');
  assert.deepEqual(left, { done: ['saved the order'], inDoubt: [key] });
  const { effects } = await listEffects(world.client, { state: 'unknown' });
  assert.deepEqual(
    effects.map((effect) => [effect.key, effect.state, effect.failure]),
    [[key, 'unknown', 'EffectUnknown by stripe (its workflow ended before that was known)']],
  );
});

test('attempts used up: the failure says what was done', async (t) => {
  const world = await startLossyWorld();
  t.after(world.stop);
  const handle = await chargedAndLost(world, { ...once, onFailure: 'fail' });
  const { type, message } = await failureOf(handle.result());
  assert.equal(type, 'ConnectionFailed');
  assert.ok(message.endsWith(`; done before: saved the order, ${await chargeOf(world)}`), message);
  assert.deepEqual(await stateOf(world), ['succeeded']);
});

test('the deadline of a park is over: unknown, where nobody can tell', async (t) => {
  const world = await startLossyWorld(false);
  t.after(world.stop);
  const handle = await chargedAndLost(world, { ...once, parkDeadlineMs: 500 });
  const { message } = await failureOf(handle.result());
  assert.ok(message.endsWith(`; done before: saved the order; may have happened: ${key}`), message);
  assert.deepEqual(await stateOf(world), ['unknown']);
});

test('cancelled while it is parked: nobody is told to act on it any more', async (t) => {
  const world = await startLossyWorld(false);
  t.after(world.stop);
  await chargedAndLost(world, once);
  await parkedOnFailure(world, 'order-1');
  const { left } = await cancel(world.client, 'order-1');
  assert.deepEqual(left?.inDoubt, [key]);
  const { progress, waitsFor } = await workflowStatus(world.client, 'order-1');
  assert.deepEqual([progress?.parked, waitsFor], [undefined, undefined]);
});

test('terminated: what nobody is at is listed beside what is unknown', async (t) => {
  const world = await startLossyWorld();
  t.after(world.stop);
  const handle = await chargedAndLost(world, slow);
  await awaitsNext(world);
  await handle.terminate();
  const { effects } = await listEffects(world.client, { state: 'unknown' });
  assert.deepEqual(
    effects.map((effect) => [effect.key, effect.state, effect.isLapsed]),
    [[key, 'started', true]],
  );
});

test('nothing was sent: nothing is left behind but what was done before', async (t) => {
  const world = await startOrderWorld({
    model: { answer: () => oneLamp },
    stripe: { faults: () => limited },
  });
  t.after(world.stop);
  await startTestOrder(world, 'order-1', { payment: slow });
  await awaitsNext(world);
  const { left } = await cancel(world.client, 'order-1');
  assert.deepEqual(left, { done: ['saved the order'], inDoubt: [] });
  assert.deepEqual(await stateOf(world), ['released']);
});

test('cancelled while an attempt is under way that then fails: it ends cancelled, not failed', async (t) => {
  const world = await startOrderWorld({
    model: { answer: () => oneLamp },
    stripe: { faults: ({ method }) => (method === 'POST' ? { kind: 'hang' } : { kind: 'pass' }) },
  });
  t.after(world.stop);
  await startTestOrder(world, 'order-1', { payment: { requestTimeoutMs: 3000 } });
  await until(async () => world.sandbox.stripe.requests.length > 0 || undefined);
  const { status, left } = await cancel(world.client, 'order-1');
  assert.equal(status, 'CANCELLED');
  assert.deepEqual(left, { done: ['saved the order'], inDoubt: ['default/order-1:charge'] });
});
