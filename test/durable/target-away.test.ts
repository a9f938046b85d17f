import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pass } from '../../dev/sandbox/wire-fault.ts';
import { listEffects } from '../../src/client/effects.ts';
import { startOrderWorld } from '../support/order-world.ts';
import { oneLamp, startTestOrder } from '../support/start-test-order.ts';

// Half an hour without Stripe, then without GitHub, two hundred times as fast.
const awayMs = (30 * 60_000) / 200;
const away = { kind: 'status', status: 503, body: { message: 'Service Unavailable' } } as const;
/** `ORDERS=50 npm test -- test/durable/target-away` is the long form. */
const orders = Number(process.env.ORDERS ?? 10);
/** More attempts than the caps allow are made: they are not counted. */
const policy = {
  ...{ initialIntervalMs: 20, maximumIntervalMs: 150, requestTimeoutMs: 2000 },
  elapsedBudgetMs: 5 * 60_000,
};

test('targets that are away for half an hour park nothing, and no order is lost', async (t) => {
  const startedMs = performance.now();
  let githubAwayFromMs = Number.POSITIVE_INFINITY;
  let refusals = 0;
  const refuseIf = (isAway: boolean) => {
    if (isAway) refusals += 1;
    return isAway ? away : pass;
  };
  const world = await startOrderWorld({
    model: { answer: () => oneLamp },
    stripe: {
      faults: ({ method }) => {
        const isAway = performance.now() - startedMs < awayMs;
        if (!isAway) githubAwayFromMs = Math.min(githubAwayFromMs, performance.now());
        return method === 'POST' ? refuseIf(isAway) : pass;
      },
    },
    github: { faults: () => refuseIf(performance.now() - githubAwayFromMs < awayMs) },
  });
  t.after(world.stop);
  const ids = Array.from({ length: orders }, (_, index) => `order-${index}`);
  const started = await Promise.all(
    ids.map((id) => startTestOrder(world, id, { payment: policy, ticket: policy })),
  );
  const results = await Promise.all(started.map(({ handle }) => handle.result()));
  assert.equal(results.filter(({ ticket }) => ticket !== undefined).length, orders);
  const { rows, charges, tickets } = await world.counts();
  const issues = await world.sandbox.github.issues();
  const open = issues.filter(({ state }) => state === 'open');
  assert.deepEqual([rows, charges, open.length], [orders, orders, orders]);
  assert.equal(new Set(open.map(({ title }) => title)).size, orders);
  // Where the machine is so busy that two workers look before either creates: each twin is told of.
  const closed = world.log.filter(({ event }) => event === 'effect.twin-closed');
  assert.equal(closed.length, tickets - orders);
  assert.ok(refusals > 50, `${refusals}`);
  assert.deepEqual((await listEffects(world.client, { state: 'unknown' })).effects, []);
});
