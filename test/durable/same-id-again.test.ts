import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkflowNotFoundError } from '@temporalio/client';
import { resolveEffect, showEffect } from '../../src/client/effects.ts';
import { workflowStatus } from '../../src/client/status.ts';
import { startOrder } from '../../src/orders/start-order.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { failureOf } from '../support/failure-of.ts';
import { type OrderWorld, startOrderWorld } from '../support/order-world.ts';
import { customer, oneLamp } from '../support/start-test-order.ts';
import { until } from '../support/until.ts';

const key = 'default/order-1:charge';
const pass = { kind: 'pass' } as const;

/** @param more of the request, or `retryFailed`. */
function start(world: OrderWorld, more: { email?: string; retryFailed?: boolean } = {}) {
  const { email = 'One lamp, 12.00 EUR please', retryFailed = false } = more;
  return startOrder(
    world.client,
    { request: { email, customer }, model: 'openai:gpt-4o-mini', policies: resolvePolicies({}) },
    { id: 'order-1', taskQueue: world.taskQueue, retryFailed },
  );
}

/** Which effects were done before. */
async function replays(world: OrderWorld) {
  const { progress } = await workflowStatus(world.client, 'order-1');
  return progress?.effects.map(({ name, replayed }) => [name, replayed]);
}

/** A deletion waits until the server has noted down how far its queues are: half a minute, by default. */
const forgetsQuickly = ['history.transferProcessorUpdateAckInterval="100ms"'];

/** What Temporal does itself when its retention is over. */
async function haveTemporalForget(world: OrderWorld): Promise<void> {
  const { workflow, workflowService, options } = world.client;
  await workflowService.deleteWorkflowExecution({
    namespace: options.namespace,
    workflowExecution: { workflowId: 'order-1' },
  });
  await until(() =>
    workflow
      .getHandle('order-1')
      .describe()
      .then(
        () => undefined,
        (error: unknown) => {
          if (error instanceof WorkflowNotFoundError) return true;
          throw error;
        },
      ),
  );
}

test('after Temporal has forgotten it: the same input gets the same answers, other input is refused', async (t) => {
  let readings = 0;
  const world = await startOrderWorld({
    dynamicConfig: forgetsQuickly,
    // The second reading of the same email sees another price: the first save decides.
    model: { answer: () => (readings++ === 0 ? oneLamp : oneLamp.replaceAll('12.00', '99.00')) },
  });
  t.after(world.stop);
  const first = await (await start(world)).handle.result();
  assert.equal(first.charge.amountMinor, 1200);
  await haveTemporalForget(world);

  const { handle, attached } = await start(world);
  assert.equal(attached, false);
  const second = await handle.result();
  assert.deepEqual(
    [second.order, second.charge, second.ticket],
    [first.order, first.charge, first.ticket],
  );
  assert.deepEqual(await replays(world), [
    ['save', true],
    ['charge', true],
    ['ticket', true],
  ]);
  assert.equal(world.sandbox.stripe.requests.length, 1);
  await haveTemporalForget(world);

  const other = await start(world, { email: 'Two lamps, 99.00 EUR please' });
  assert.equal(other.attached, false);
  const failure = await failureOf(other.handle.result());
  assert.equal(failure.type, 'IdempotencyKeyReused');
  assert.match(failure.message, /the key belongs to v1:[0-9a-f]{64}, this is v1:[0-9a-f]{64}/);
  assert.equal(world.sandbox.stripe.requests.length, 1);
  assert.deepEqual(await world.counts(), { rows: 1, charges: 1, tickets: 1 });
});

test('--retry-failed after the ticket failed for good: save and charge are replayed', async (t) => {
  let isDown = true;
  const world = await startOrderWorld({
    model: { answer: () => oneLamp },
    github: { faults: () => (isDown ? { kind: 'status', status: 503, body: {} } : pass) },
  });
  t.after(world.stop);
  const holdfast = (...more: string[]) =>
    runHoldfast(
      [
        ...['start', 'order', '-', '--id', 'order-1', '--wait', '--json', ...more],
        ...['--customer', customer.id, '--payment-method', customer.paymentMethod],
        ...['--set', 'ticket.maximumAttempts=2', '--set', 'ticket.elapsedBudgetMs=0'],
        ...['--set', 'ticket.onFailure="fail"'],
      ],
      {
        env: { TEMPORAL_ADDRESS: world.address, TEMPORAL_NAMESPACE: world.namespace },
        input: 'One lamp, 12.00 EUR please',
      },
    );
  const failed = await holdfast();
  assert.equal(failed.exitCode, 1, failed.stderr);
  assert.match(failed.stderr, /Overloaded/);
  assert.deepEqual(await world.counts(), { rows: 1, charges: 1, tickets: 0 });

  isDown = false;
  const attached = await holdfast();
  assert.equal(attached.exitCode, 1, 'without the flag it is the same failed execution');
  const again = await holdfast('--retry-failed');
  assert.equal(again.exitCode, 0, again.stderr);
  assert.deepEqual(await replays(world), [
    ['save', true],
    ['charge', true],
    ['ticket', false],
  ]);
  assert.equal(world.sandbox.stripe.requests.length, 1);
  assert.deepEqual(await world.counts(), { rows: 1, charges: 1, tickets: 1 });
});

test('a card refused twice: each resolve raises one generation, and the third one pays', async (t) => {
  const world = await startOrderWorld({
    model: { answer: () => oneLamp },
    stripe: {
      faults: ({ idempotencyKey }) =>
        idempotencyKey === key || idempotencyKey === `${key}#2`
          ? { kind: 'declined', declineCode: 'insufficient_funds' }
          : pass,
    },
  });
  t.after(world.stop);
  const keysSent = () =>
    world.sandbox.stripe.requests.flatMap(({ method, requestId }) =>
      method === 'POST' ? [requestId] : [],
    );
  const again = async () => (await start(world, { retryFailed: true })).handle.result();
  const refused = await failureOf((await start(world)).handle.result());
  assert.equal(refused.type, 'EffectRefused');
  assert.equal((await failureOf(again())).type, 'EffectRefused');
  assert.deepEqual(keysSent(), [key], 'the no was replayed, and Stripe not asked again');

  for (const generation of [2, 3]) {
    const resolved = await resolveEffect(world.client, key, { kind: 'did not happen' });
    assert.deepEqual(resolved, { key: `${key}#${generation}`, state: 'released' });
    if (generation === 2) assert.equal((await failureOf(again())).type, 'EffectRefused');
  }
  assert.equal((await again()).charge.amountMinor, 1200);
  assert.deepEqual(keysSent(), [key, `${key}#2`, `${key}#3`]);
  const generations = await showEffect(world.client, key);
  assert.deepEqual(
    generations.map(({ generation, state }) => [generation, state]),
    [
      [3, 'succeeded'],
      [2, 'failed'],
      [1, 'failed'],
    ],
  );
  assert.deepEqual(await world.counts(), { rows: 1, charges: 1, tickets: 1 });
});
