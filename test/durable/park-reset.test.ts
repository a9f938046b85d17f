import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { quotaExhausted } from '../../dev/sandbox/model-faults.ts';
import { resume } from '../../src/client/resume.ts';
import { workflowStatus } from '../../src/client/status.ts';
import { type OrderWorld, startOrderWorld } from '../support/order-world.ts';
import { oneLamp, parkedOnFailure, startTestOrder } from '../support/start-test-order.ts';

const parking = { model: { onFailure: 'park' as const } };

/** An order that parked because money ran out, was resumed, and is done. */
async function resumedOrder(world: OrderWorld, refill: () => void): Promise<string> {
  const { handle } = await startTestOrder(world, 'order-1', parking);
  const { parkId } = await parkedOnFailure(world, 'order-1');
  refill();
  await resume(world.client, 'order-1');
  await handle.result();
  return parkId;
}

/** @param which of the workflow task completions it goes back to. */
async function reset(world: OrderWorld, which: 'first' | 'last') {
  const handle = world.client.workflow.getHandle('order-1');
  const { runId } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const completions = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
  const event = which === 'first' ? completions[0] : completions.at(-1);
  await world.client.workflowService.resetWorkflowExecution({
    namespace: world.client.options.namespace,
    workflowExecution: { workflowId: 'order-1', runId },
    reason: 'a test',
    requestId: randomUUID(),
    workflowTaskFinishEventId: event?.eventId ?? assert.fail('no workflow task completed'),
  });
}

test('a Reset that applies an old resume again: it names another park, and is ignored', async (t) => {
  let isExhausted = true;
  const world = await startOrderWorld({
    model: {
      answer: () => oneLamp,
      faults: () => (isExhausted ? quotaExhausted : { kind: 'pass' }),
    },
  });
  t.after(world.stop);
  const first = await resumedOrder(world, () => {
    isExhausted = false;
  });
  isExhausted = true;
  await reset(world, 'first');
  const parked = await parkedOnFailure(world, 'order-1');
  assert.match(parked.parkId, /^extract\.1\./);
  assert.notEqual(parked.parkId, first);
  // Were the old resume to count, the model would be asked again and the order park anew.
  await sleep(1500);
  const { progress } = await workflowStatus(world.client, 'order-1');
  assert.equal(progress?.parked?.[0]?.parkId, parked.parkId);
  assert.equal(progress?.answers, undefined);
  assert.equal(world.sandbox.model.requests.length, 3);
  await assert.rejects(resume(world.client, 'order-1', { parkId: first }), /the answer is for/);
  isExhausted = false;
  await resume(world.client, 'order-1');
  await world.client.workflow.getHandle('order-1').result();
  assert.deepEqual(await world.counts(), { rows: 1, charges: 1, tickets: 1 });
});

test('a Reset to after the resume replays it, and does nothing twice', async (t) => {
  let isExhausted = true;
  const world = await startOrderWorld({
    model: {
      answer: () => oneLamp,
      faults: () => (isExhausted ? quotaExhausted : { kind: 'pass' }),
    },
  });
  t.after(world.stop);
  await resumedOrder(world, () => {
    isExhausted = false;
  });
  await reset(world, 'last');
  await world.client.workflow.getHandle('order-1').result();
  assert.equal(world.sandbox.model.requests.length, 2);
  assert.deepEqual(await world.counts(), { rows: 1, charges: 1, tickets: 1 });
});
