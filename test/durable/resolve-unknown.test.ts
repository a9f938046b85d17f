import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listEffects, resolveEffect, showEffect } from '../../src/client/effects.ts';
import { workflowStatus } from '../../src/client/status.ts';
import { startOrder } from '../../src/orders/start-order.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { answerCommand } from '../../src/wire/describe-park.ts';
import { failureOf } from '../support/failure-of.ts';
import { type OrderWorld, startOrderWorld } from '../support/order-world.ts';
import { customer, oneLamp, parkedOnFailure, startTestOrder } from '../support/start-test-order.ts';

const key = 'default/order-1:charge';
const pass = { kind: 'pass' } as const;

/** Stripe stores a failure of its own for the charge under these keys; nothing is to be found. */
function startUnknownWorld(executed = false, keys = [key]): Promise<OrderWorld> {
  let hides = executed;
  return startOrderWorld({
    model: { answer: () => oneLamp },
    stripe: {
      faults: ({ method, idempotencyKey }) => {
        if (method === 'POST' && keys.includes(String(idempotencyKey))) {
          return { kind: 'storedServerError', executed };
        }
        if (method !== 'GET' || !hides) return pass;
        // A list that lags: what is there is not shown yet.
        hides = false;
        return {
          kind: 'status',
          status: 200,
          body: '{"object":"list","data":[],"has_more":false}',
        };
      },
    },
  });
}

test('a charge that Stripe failed at and does not know parks as EffectUnknown, whatever the policy', async (t) => {
  const world = await startUnknownWorld();
  t.after(world.stop);
  const { handle } = await startTestOrder(world, 'order-1', { payment: { onFailure: 'fail' } });
  const parked = await parkedOnFailure(world, 'order-1');
  assert.deepEqual(
    [parked.type, parked.step, parked.effectKey, parked.skippable],
    ['EffectUnknown', 'charge', key, false],
  );
  const { effects } = await listEffects(world.client, { state: 'unknown' });
  assert.deepEqual(
    effects.map((effect) => [effect.key, effect.failure]),
    [[key, '500 EffectUnknown by stripe (ServerError, and nothing was found)']],
  );

  const wrong = resolveEffect(world.client, key, { kind: 'happened', result: { chargeId: 7 } });
  await assert.rejects(wrong, /the result does not fit charge: chargeId, amountMinor, currency/);
  const result = { chargeId: 'pi_seen_by_ada', amountMinor: 1200, currency: 'eur' };
  const resolved = await resolveEffect(world.client, key, { kind: 'happened', result });
  assert.deepEqual(resolved, { key, state: 'succeeded', resumed: 'order-1' });
  const { charge } = await handle.result();
  assert.deepEqual(charge, result);
  assert.deepEqual(await world.counts(), { rows: 1, charges: 0, tickets: 1 });
  const { progress } = await workflowStatus(world.client, 'order-1');
  assert.deepEqual(
    progress?.answers?.map(({ did, by }) => [did, by]),
    [['resolved: happened', 'ada@tests']],
  );
});

test('it did not happen: charged once, under a new generation of the key', async (t) => {
  const world = await startUnknownWorld();
  t.after(world.stop);
  const { handle } = await startTestOrder(world, 'order-1');
  await parkedOnFailure(world, 'order-1');
  const resolved = await resolveEffect(world.client, key, { kind: 'did not happen' });
  assert.deepEqual(resolved, { key: `${key}#2`, state: 'released', resumed: 'order-1' });
  await handle.result();
  const payments = await world.sandbox.stripe.paymentIntents();
  assert.deepEqual(
    payments.map(({ status, metadata }) => [status, metadata.holdfast_key]),
    [['succeeded', `${key}#2`]],
  );
  const generations = await showEffect(world.client, key);
  assert.deepEqual(
    generations.map(({ generation, state }) => [generation, state]),
    [
      [2, 'succeeded'],
      [1, 'failed'],
    ],
  );
  await assert.rejects(
    resolveEffect(world.client, key, { kind: 'did not happen' }),
    /it is succeeded/,
  );
});

test('the second generation parks under its own key, and the command that is told resolves it', async (t) => {
  const second = 'default/order-1:charge#2';
  const world = await startUnknownWorld(false, [key, second]);
  t.after(world.stop);
  const { handle } = await startTestOrder(world, 'order-1');
  const first = await parkedOnFailure(world, 'order-1');
  await resolveEffect(world.client, key, { kind: 'did not happen' });
  const parked = await parkedOnFailure(world, 'order-1', first.parkId);
  assert.deepEqual(
    [parked.type, parked.step, parked.effectKey],
    ['EffectUnknown', 'charge', 'default/order-1:charge#2'],
  );
  assert.equal(
    answerCommand('order-1', parked),
    'holdfast effects resolve default/order-1:charge#2 --happened --result JSON | --did-not-happen | --give-up',
  );
  await assert.rejects(
    resolveEffect(world.client, `${key}#1`, { kind: 'give up' }),
    /generation 2 counts, not 1/,
  );
  await assert.rejects(
    resolveEffect(world.client, 'other/order-1:charge#2', { kind: 'give up' }),
    /this worker's ledger is for default, not for other/,
  );
  const given = await resolveEffect(world.client, second, { kind: 'give up' });
  assert.deepEqual(given, { key: second, state: 'failed', resumed: 'order-1' });
  assert.equal((await failureOf(handle.result())).details.requestId, second);
});

test('it did not happen, says a person; Stripe has it: refused, and still parked', async (t) => {
  const world = await startUnknownWorld(true);
  t.after(world.stop);
  await startTestOrder(world, 'order-1');
  const parked = await parkedOnFailure(world, 'order-1');
  await assert.rejects(
    resolveEffect(world.client, key, { kind: 'did not happen' }),
    /it happened: stripe has pi_[\w-]+ \(succeeded\)/,
  );
  const { progress } = await workflowStatus(world.client, 'order-1');
  assert.equal(progress?.parked?.[0]?.parkId, parked.parkId);
  assert.deepEqual(await world.counts(), { rows: 1, charges: 1, tickets: 0 });
});

test('given up: the workflow fails as it would have; a later start under its id may charge anew', async (t) => {
  const world = await startUnknownWorld();
  t.after(world.stop);
  const { handle } = await startTestOrder(world, 'order-1');
  await parkedOnFailure(world, 'order-1');
  const given = await resolveEffect(world.client, key, { kind: 'give up' });
  assert.deepEqual(given, { key, state: 'failed', resumed: 'order-1' });
  assert.equal((await failureOf(handle.result())).type, 'EffectUnknown');

  // The workflow is gone: the ledger alone is settled, and the next run goes on from there.
  const anew = await resolveEffect(world.client, key, { kind: 'did not happen' });
  assert.deepEqual(anew, { key: `${key}#2`, state: 'released' });
  const again = await startOrder(
    world.client,
    {
      request: { email: 'One lamp, 12.00 EUR please', customer },
      model: 'openai:gpt-4o-mini',
      policies: resolvePolicies(),
    },
    { id: 'order-1', taskQueue: world.taskQueue, retryFailed: true },
  );
  const { charge } = await again.handle.result();
  assert.equal(charge.amountMinor, 1200);
  assert.deepEqual(await world.counts(), { rows: 1, charges: 1, tickets: 1 });
});

test('a workflow that was terminated while it was parked: its effect is resolved all the same', async (t) => {
  const world = await startUnknownWorld();
  t.after(world.stop);
  const { handle } = await startTestOrder(world, 'order-1');
  await parkedOnFailure(world, 'order-1');
  await handle.terminate('a test');
  const result = { chargeId: 'pi_seen_by_ada', amountMinor: 1200, currency: 'eur' };
  const resolved = await resolveEffect(world.client, key, { kind: 'happened', result });
  assert.deepEqual(resolved, { key, state: 'succeeded' });
  const again = await resolveEffect(world.client, key, { kind: 'happened', result });
  assert.deepEqual(again, resolved, 'saying it twice changes nothing');
  await assert.rejects(
    resolveEffect(world.client, 'other/order-1:charge', { kind: 'give up' }),
    /this worker's ledger is for default, not for other/,
  );
  await assert.rejects(
    resolveEffect(world.client, 'nonsense', { kind: 'give up' }),
    /a key is written/,
  );
});
