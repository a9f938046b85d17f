import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quotaExhausted } from '../../dev/sandbox/model-faults.ts';
import { listParked } from '../../src/client/parked.ts';
import { resume, resumeAll } from '../../src/client/resume.ts';
import { workflowStatus } from '../../src/client/status.ts';
import { failureOf } from '../support/failure-of.ts';
import { startOrderWorld } from '../support/order-world.ts';
import {
  impatient,
  oneLamp,
  parkedOnFailure,
  startTestOrder,
} from '../support/start-test-order.ts';
import { until } from '../support/until.ts';

const badToken = { kind: 'status', status: 401 } as const;
const unavailable = { kind: 'status', status: 503 } as const;
/** Stripe refuses before it begins: surely nothing happened. */
const limited = {
  kind: 'status',
  status: 429,
  body: { error: { type: 'rate_limit_error' } },
} as const;
const pass = { kind: 'pass' } as const;

async function ids(world: Awaited<ReturnType<typeof startOrderWorld>>, filter = {}) {
  const found: string[] = [];
  for await (const { workflowId } of listParked(world.client, filter)) found.push(workflowId);
  return found.sort();
}

test('a charge that succeeded, then a ticket that finally fails: parks, and the charge is kept', async (t) => {
  let isDown = true;
  const world = await startOrderWorld({
    model: { answer: () => oneLamp },
    github: { faults: () => (isDown ? badToken : pass) },
  });
  t.after(world.stop);
  const { handle } = await startTestOrder(world, 'order-1', { ticket: impatient });
  const parked = await parkedOnFailure(world, 'order-1');
  assert.deepEqual(
    [parked.type, parked.step, parked.policy, parked.skippable, parked.effectKey],
    ['InvalidCredentials', 'ticket', 'ticket', true, 'default/order-1:ticket'],
  );
  assert.match(parked.reasons[0] ?? '', /^401 InvalidCredentials by github .* not retried/);
  assert.match(parked.since, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.match(parked.parkId, /^ticket\.1\.[0-9a-f]{8}$/);
  assert.deepEqual(await world.counts(), { rows: 1, charges: 1, tickets: 0 });
  assert.equal((await workflowStatus(world.client, 'order-1')).waitsFor, 'InvalidCredentials');
  await until(async () => ((await ids(world)).length > 0 ? true : undefined));
  assert.deepEqual(await ids(world, { type: 'QuotaExhausted' }), []);

  isDown = false;
  const answer = await resume(world.client, 'order-1');
  assert.deepEqual([answer.did, answer.by, answer.parkId], ['retry', 'ada@tests', parked.parkId]);
  const result = await handle.result();
  assert.equal(result.charge.amountMinor, 1200);
  assert.equal(result.ticket?.ticketNumber, 1);
  assert.deepEqual(await world.counts(), { rows: 1, charges: 1, tickets: 1 });
  assert.equal(world.sandbox.model.requests.length, 1, 'nothing was asked again');
  const { progress } = await workflowStatus(world.client, 'order-1');
  assert.deepEqual(
    progress?.answers?.map(({ type, did, by }) => [type, did, by]),
    [['InvalidCredentials', 'retry', 'ada@tests']],
  );
});

test('an answer that names another park is refused; a step is skipped only where the workflow can go on', async (t) => {
  let isDown = true;
  const world = await startOrderWorld({
    model: { answer: () => oneLamp },
    stripe: { faults: ({ method }) => (isDown && method === 'POST' ? limited : pass) },
    github: { faults: () => unavailable },
  });
  t.after(world.stop);
  const { handle } = await startTestOrder(world, 'order-1', {
    payment: impatient,
    ticket: impatient,
  });
  const first = await parkedOnFailure(world, 'order-1');
  assert.equal(first.step, 'charge');
  const refused = (options: object, message: RegExp) =>
    assert.rejects(resume(world.client, 'order-1', options), { name: 'ClientError', message });
  await refused({ parkId: 'charge.1.00000000' }, /the answer is for charge\.1\.00000000/);
  await refused({ skip: true }, /cannot go on without the result of charge/);
  await refused({ model: 'openai:gpt-4o' }, /charge asks no model/);
  await refused({ policies: { ticket: { jitter: 0 } } }, /ruled by payment, not by ticket/);
  await refused(
    { policies: { payment: { initialIntervalMs: 90_000 } } },
    /payment\.initialIntervalMs is 90000: must not exceed maximumIntervalMs/,
  );
  assert.deepEqual(await world.counts(), { rows: 1, charges: 0, tickets: 0 });
  isDown = false;
  await resume(world.client, 'order-1');
  await parkedOnFailure(world, 'order-1', first.parkId);
  await refused({ parkId: first.parkId }, /this waits as ticket\.2\./);
  await resume(world.client, 'order-1', { skip: true });
  const result = await handle.result();
  assert.equal(result.ticket, undefined);
  assert.deepEqual(await world.counts(), { rows: 1, charges: 1, tickets: 0 });
});

test('a new limit rules the parked step', async (t) => {
  let charges = 0;
  const world = await startOrderWorld({
    model: { answer: () => oneLamp },
    stripe: {
      faults: ({ method }) => {
        if (method !== 'POST') return pass;
        charges += 1;
        return charges <= 4 ? limited : pass;
      },
    },
  });
  t.after(world.stop);
  const { handle } = await startTestOrder(world, 'order-1', { payment: impatient });
  const first = await parkedOnFailure(world, 'order-1');
  assert.equal(charges, 2);
  await resume(world.client, 'order-1', {
    policies: { payment: { maximumAttempts: 1 } },
  });
  await parkedOnFailure(world, 'order-1', first.parkId);
  assert.equal(charges, 3, 'one attempt under the new limit');
  const { did } = await resume(world.client, 'order-1', {
    policies: { payment: { maximumAttempts: 20 } },
  });
  assert.equal(did, 'retry with maximumAttempts 20');
  await handle.result();
  assert.equal(charges, 5);
  assert.deepEqual(await world.counts(), { rows: 1, charges: 1, tickets: 1 });
});

test('all of one type are resumed, and no other; one goes on with another model', async (t) => {
  let isExhausted = true;
  const world = await startOrderWorld({
    model: {
      answer: () => oneLamp,
      knownModels: ['gpt-4o-mini', 'gpt-4o'],
      faults: () => (isExhausted ? quotaExhausted : pass),
    },
  });
  t.after(world.stop);
  const parking = { model: { onFailure: 'park' as const } };
  await Promise.all(['order-1', 'order-2'].map((id) => startTestOrder(world, id, parking)));
  await startTestOrder(world, 'order-3', parking, 'openai:gpt-99');
  const all = ['order-1', 'order-2', 'order-3'];
  for (const id of all) assert.equal((await parkedOnFailure(world, id)).step, 'extract');
  await until(async () => ((await ids(world)).length === 3 ? true : undefined));
  assert.deepEqual(await ids(world, { type: 'ModelNotFound' }), ['order-3']);
  assert.deepEqual(await ids(world, { model: 'openai:gpt-4o-mini' }), ['order-1', 'order-2']);
  await assert.rejects(resumeAll(world.client, {}), /name the failure type, model or target/);

  isExhausted = false;
  const resumed = await resumeAll(world.client, { type: 'QuotaExhausted' });
  assert.deepEqual(resumed.map(({ workflowId }) => workflowId).sort(), ['order-1', 'order-2']);
  for (const id of ['order-1', 'order-2']) await world.client.workflow.getHandle(id).result();
  assert.equal((await workflowStatus(world.client, 'order-3')).waitsFor, 'ModelNotFound');
  await resume(world.client, 'order-3', { model: 'openai:gpt-4o' });
  const { calls } = await world.client.workflow.getHandle('order-3').result();
  assert.deepEqual(calls.requestIds, ['order-3/extract']);
  assert.deepEqual(
    world.sandbox.model.requestsFor('order-3/').map(({ model }) => model),
    ['gpt-99', 'gpt-4o'],
  );
  assert.deepEqual(await world.counts(), { rows: 3, charges: 3, tickets: 3 });
});

test('all that are parked on one target are resumed, and no other', async (t) => {
  let isDown = true;
  const world = await startOrderWorld({
    model: { answer: () => oneLamp },
    stripe: {
      faults: ({ method, idempotencyKey = '' }) =>
        isDown && method === 'POST' && !idempotencyKey.includes('order-2') ? limited : pass,
    },
    github: { faults: () => unavailable },
  });
  t.after(world.stop);
  const policies = { payment: impatient, ticket: impatient };
  const all = ['order-1', 'order-2', 'order-3'];
  await Promise.all(all.map((id) => startTestOrder(world, id, policies)));
  const parks = await Promise.all(all.map((id) => parkedOnFailure(world, id)));
  assert.deepEqual(
    parks.map(({ target }) => target),
    ['stripe', 'github', 'stripe'],
  );
  await until(async () => ((await ids(world)).length === 3 ? true : undefined));
  assert.deepEqual(await ids(world, { target: 'github' }), ['order-2']);
  isDown = false;
  const resumed = await resumeAll(world.client, { target: 'stripe' });
  assert.deepEqual(resumed.map(({ workflowId }) => workflowId).sort(), ['order-1', 'order-3']);
  await until(async () => ((await world.counts()).charges === 3 ? true : undefined));
});

test('answers that cannot be repaired park too: the question alone is asked anew', async (t) => {
  let isUseless = true;
  const world = await startOrderWorld({ model: { answer: () => (isUseless ? '{}' : oneLamp) } });
  t.after(world.stop);
  const { handle } = await startTestOrder(world, 'order-1', { model: { onFailure: 'park' } });
  const parked = await parkedOnFailure(world, 'order-1');
  assert.deepEqual([parked.type, parked.model], ['SchemaMismatch', 'openai:gpt-4o-mini']);
  isUseless = false;
  await resume(world.client, 'order-1', { model: 'openai:gpt-4o' });
  const { calls } = await handle.result();
  assert.deepEqual(calls.requestIds, [
    'order-1/extract',
    'order-1/extract.repair-1',
    'order-1/extract.again-1',
  ]);
});

test('a parked workflow that is cancelled ends, and one that fails by policy does not park', async (t) => {
  const world = await startOrderWorld({
    model: { answer: () => oneLamp },
    github: { faults: () => unavailable },
  });
  t.after(world.stop);
  const failing = await startTestOrder(world, 'order-2', {
    ticket: { ...impatient, maximumAttempts: 1, onFailure: 'fail' },
  });
  assert.equal((await failureOf(failing.handle.result())).type, 'Overloaded');
  const { handle } = await startTestOrder(world, 'order-1', { ticket: impatient });
  await parkedOnFailure(world, 'order-1');
  await handle.cancel();
  await assert.rejects(handle.result(), { name: 'WorkflowFailedError', message: /cancel/i });
});
