import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { quotaExhausted } from '../../dev/sandbox/model-faults.ts';
import { statusLine } from '../../src/cli/watch/status-line.ts';
import { approve } from '../../src/client/approve.ts';
import { listParked } from '../../src/client/parked.ts';
import { resume } from '../../src/client/resume.ts';
import { workflowStatus } from '../../src/client/status.ts';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { type OrderWorld, startOrderWorld } from '../support/order-world.ts';
import { resetToStart } from '../support/reset-to-start.ts';
import { besideQueue, serveBeside } from '../support/serve-beside.ts';
import {
  impatient,
  oneLamp,
  parkedOnFailure,
  startTestOrder,
} from '../support/start-test-order.ts';
import { until } from '../support/until.ts';

describe('parks at once', () => {
  const pass = { kind: 'pass' } as const;
  const limited = {
    kind: 'status',
    status: 429,
    body: { error: { type: 'rate_limit_error' } },
  } as const;

  let world: OrderWorld;
  let end: () => Promise<void>;
  let isDown = true;

  before(async () => {
    world = await startOrderWorld({
      stripe: { faults: ({ method }) => (isDown && method === 'POST' ? limited : pass) },
      github: { faults: () => (isDown ? { kind: 'status', status: 503 } : pass) },
    });
    end = await serveBeside(world, new URL('./parallel-parks.ts', import.meta.url));
  });
  after(async () => {
    await end();
    await world.stop();
  });

  const start = (type: string, workflowId: string) =>
    world.client.workflow.start(type, {
      ...{ workflowId, taskQueue: besideQueue },
      args: [null, { policies: { payment: impatient, ticket: impatient } }],
    });

  const parksOf = (id: string, count: number) =>
    until(async () => {
      const { progress } = await workflowStatus(world.client, id);
      return progress?.parked?.length === count ? progress.parked : undefined;
    });

  async function holdfast(...args: string[]) {
    const { address, namespace } = world;
    const env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
    const run = await runHoldfast(args, { env });
    return { ...run, lines: run.stdout.split('\n').map((line) => line.trim()) };
  }

  test('two steps are parked at once: every view shows both, and an answer reaches the one it names', async () => {
    const handle = await start('chargeAndTicket', 'both-1');
    const parks = await parksOf('both-1', 2);
    const of = (step: string) => parks.find((each) => each.step === step)?.parkId ?? assert.fail();
    const [charge, ticket] = [of('charge'), of('ticket')];
    const commands = [charge, ticket].map((parkId) => `holdfast resume both-1 --park ${parkId}`);

    const status = await holdfast('status', 'both-1');
    assert.equal(status.exitCode, 6);
    assert.deepEqual(
      status.lines.filter((line) => line.startsWith('answer ')).sort(),
      commands.map((command) => `answer     ${command}`),
    );
    const listed = await until(async () => {
      const { lines } = await holdfast('parked');
      return lines.some((line) => line.startsWith('both-1')) ? lines : undefined;
    });
    assert.deepEqual(listed.filter((line) => line.startsWith('holdfast ')).sort(), commands);
    assert.deepEqual(listed.filter((line) => line.startsWith('both-1')).sort(), [
      'both-1  Overloaded at ticket',
      'both-1  RateLimited at charge',
    ]);
    const explained = await holdfast('explain', 'both-1');
    assert.deepEqual(
      explained.lines.filter((line) => line.startsWith('holdfast ')).sort(),
      commands,
    );
    for (const title of ['charge  parked: RateLimited', 'ticket  parked: Overloaded']) {
      assert.ok(explained.lines.includes(title), explained.stdout + explained.stderr);
    }
    const watched = statusLine(await workflowStatus(world.client, 'both-1'), new Date());
    for (const type of ['RateLimited: 429', 'Overloaded: 503']) assert.ok(watched.includes(type));
    const { memo } = await handle.describe();
    assert.equal(memo?.holdfastState, 'Overloaded, RateLimited');
    const { currentDetails } = (await handle.query('__temporal_workflow_metadata')) as {
      currentDetails: string;
    };
    for (const command of commands) assert.ok(currentDetails.includes(`\`${command}\``));

    const unnamed = await holdfast('resume', 'both-1', '--skip');
    assert.equal(unnamed.exitCode, 2);
    for (const parkId of [charge, ticket])
      assert.ok(unnamed.stderr.includes(parkId), unnamed.stderr);
    await assert.rejects(
      resume(world.client, 'both-1', { skip: true, parkId: charge }),
      /cannot go on without the result of charge/,
    );
    assert.equal((await parksOf('both-1', 2)).length, 2, 'refused: nothing went on');

    const skipped = await holdfast('resume', 'both-1', '--skip', '--park', ticket);
    assert.match(skipped.stdout, /^both-1 goes on at ticket: skip by /);
    const [left] = await parksOf('both-1', 1);
    assert.equal(left?.parkId, charge);
    assert.equal((await handle.describe()).status.name, 'RUNNING', 'the charge still waits');
    assert.deepEqual(await world.counts(), { rows: 0, charges: 0, tickets: 0 });

    isDown = false;
    await resume(world.client, 'both-1');
    assert.deepEqual(await handle.result(), { amountMinor: 1200, ticket: 'skipped' });
    assert.deepEqual(await world.counts(), { rows: 0, charges: 1, tickets: 0 });
    for await (const { workflowId } of listParked(world.client))
      assert.notEqual(workflowId, 'both-1');
    isDown = true;
  });

  test('a Reset applies the old answers again: they name other parks, and reach none', async () => {
    isDown = true;
    await start('chargeAndTicket', 'again-1');
    const before = await parksOf('again-1', 2);
    const ticket = before.find(({ step }) => step === 'ticket');
    await resume(world.client, 'again-1', { skip: true, parkId: ticket?.parkId ?? '' });
    await parksOf('again-1', 1);
    const result = resetToStart(world.client, 'again-1');
    const anew = await until(async () => {
      const parks = await parksOf('again-1', 2);
      return parks.every(({ parkId }) => before.every((old) => old.parkId !== parkId)) || undefined;
    });
    assert.equal(anew, true);
    isDown = false;
    for (const { parkId } of await parksOf('again-1', 2)) {
      await resume(world.client, 'again-1', { parkId });
    }
    const { ticket: opened } = (await result) as unknown as { ticket: { ticketNumber: number } };
    assert.equal(opened.ticketNumber, 1);
  });

  test('two approvals at once: each is for the fingerprint it names, and a second yes for neither', async () => {
    const handle = await start('threeApprovals', 'asked-1');
    const parks = await parksOf('asked-1', 2);
    assert.deepEqual(
      parks.map(({ step }) => step),
      ['left', 'right'],
    );
    const { lines } = await holdfast('status', 'asked-1');
    for (const side of ['left', 'right']) {
      assert.ok(lines.includes(`approve    holdfast approve asked-1 --fingerprint v1:${side}`));
    }
    await assert.rejects(
      approve(world.client, 'asked-1', { fingerprint: 'v1:other' }),
      /is for v1:other, this one is v1:left, this one is v1:right/,
    );
    const right = await holdfast('approve', 'asked-1', '--fingerprint', 'v1:right');
    assert.equal(right.exitCode, 0, right.stderr);
    const second = await holdfast('approve', 'asked-1', '--fingerprint', 'v1:right');
    assert.equal(second.exitCode, 2);
    assert.match(second.stderr, /it was approved already by .+: that counts/);
    await approve(world.client, 'asked-1', { fingerprint: 'v1:left', answer: 'yes' });

    const [twice, thrice] = await until(async () => {
      const found = await parksOf('asked-1', 2);
      return found[0]?.step === 'twice' ? found : undefined;
    });
    // The second of two operators who looked at the first wait does not answer the next one.
    await assert.rejects(
      approve(world.client, 'asked-1', { fingerprint: 'v1:left' }),
      new RegExp(
        `approved already by ada@tests, with "yes": that counts; for ${twice?.parkId}, name`,
      ),
    );
    const again = `holdfast approve asked-1 --fingerprint v1:left --park ${twice?.parkId}`;
    const shown = await holdfast('status', 'asked-1');
    assert.ok(shown.lines.includes(`approve    ${again}`), shown.stdout);
    const wrong = { fingerprint: 'v1:left', parkId: thrice?.parkId ?? '' };
    await assert.rejects(approve(world.client, 'asked-1', wrong), /this one is v1:new/);
    assert.equal((await holdfast(...again.split(' ').slice(1))).exitCode, 0);
    await approve(world.client, 'asked-1', { fingerprint: 'v1:new', answer: 3 });
    assert.deepEqual(await handle.result(), ['yes', null, null, 3]);
    assert.equal((await holdfast('approve', 'asked-1', '--fingerprint', 'v1:new')).exitCode, 2);
  });
});

describe('parks and Reset', () => {
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
    const completions = (events ?? []).filter(
      (event) => event.workflowTaskCompletedEventAttributes,
    );
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
});
