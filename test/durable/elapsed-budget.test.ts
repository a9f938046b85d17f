import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { NativeConnection } from '@temporalio/worker';
import { rateLimited } from '../../dev/sandbox/model-faults.ts';
import { pass } from '../../dev/sandbox/wire-fault.ts';
import type { CallActivities } from '../../src/activities/create-activities.ts';
import { createRulesActivity } from '../../src/activities/create-rules-activity.ts';
import { listEffects } from '../../src/client/effects.ts';
import { workflowOutcome } from '../../src/client/result.ts';
import { startComplete } from '../../src/client/start.ts';
import { orders } from '../../src/orders/app.ts';
import { startOrder } from '../../src/orders/start-order.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { createWorkers } from '../../src/worker/create-workers.ts';
import { failureOf } from '../support/failure-of.ts';
import { type OrderWorld, startOrderWorld } from '../support/order-world.ts';
import { customer, oneLamp, startTestOrder } from '../support/start-test-order.ts';

describe('the elapsed budget', () => {
  const hello = {
    model: 'openai:gpt-4o-mini',
    messages: [{ role: 'user' as const, content: 'Hello' }],
  };
  /** What no worker picks up ends after the budget and one attempt: 11 s. */
  const soon = { elapsedBudgetMs: 1, requestTimeoutMs: 1000 };

  describe('the time that a step may take', { concurrency: true }, () => {
    let world: OrderWorld;
    before(async () => {
      world = await startOrderWorld({
        model: { faults: () => rateLimited({ retryAfterSeconds: 3 }) },
      });
    });
    after(() => world.stop());

    test('no attempt starts later than the elapsed budget says, the waits included', async () => {
      const { handle } = await startComplete(
        world.client,
        {
          request: hello,
          policies: resolvePolicies({ model: { elapsedBudgetMs: 5000, jitter: 0 } }),
        },
        { id: 'hello-1', taskQueue: world.taskQueue },
      );
      const failure = await failureOf(handle.result());
      // Attempts at 0 and 3 s; the next would be at 6 s.
      assert.equal(world.sandbox.model.requests.length, 2);
      assert.match(failure.message, /giving up: the elapsed budget of 5\.0 s ends first$/);
    });

    test('a call or an effect that no worker takes up is lost work, by its type', async (t) => {
      const connection = await NativeConnection.connect({ address: world.address });
      const answers: CallActivities = {
        callModel: async () => ({
          kind: 'answer',
          text: oneLamp,
          finishReason: 'stop',
          usage: { inputTokens: 1, outputTokens: 1 },
          attempts: 1,
        }),
      };
      const rules = createRulesActivity({ app: orders, scope: 'default', ledgerName: 'none' });
      const shared = { connection, namespace: world.namespace, rules };
      const all = await Promise.all([
        createWorkers({ ...shared, taskQueue: 'without-calls' }),
        createWorkers({ ...shared, taskQueue: 'without-effects', calls: answers }),
      ]);
      const done = all.map((workers) => workers.run());
      t.after(async () => {
        for (const workers of all) workers.shutdown();
        await Promise.all(done);
        await connection.close();
      });
      const policies = resolvePolicies({
        model: { ...soon, gateCapMs: 0 },
        database: { ...soon, onFailure: 'fail' },
      });
      const request = { email: 'One lamp, 12.00 EUR please', customer };
      await Promise.all([
        startComplete(
          world.client,
          { request: hello, policies },
          { id: 'hello-2', taskQueue: 'without-calls' },
        ),
        startOrder(
          world.client,
          { request, model: hello.model, policies },
          { id: 'order-1', taskQueue: 'without-effects' },
        ),
      ]);
      const outcomes = ['hello-2', 'order-1'].map((id) => workflowOutcome(world.client, id));
      const message = 'no worker did it in time';
      // The workflow cannot tell an effect that nobody began from one whose worker was lost in it.
      const inDoubt = `${message}; may have happened: default/order-1:save`;
      assert.deepEqual(await Promise.all(outcomes), [
        { kind: 'failed', failure: { type: 'WorkerLost', message } },
        { kind: 'failed', failure: { type: 'WorkerLost', message: inDoubt } },
      ]);
    });
  });
});

describe('targets that are away', () => {
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
});
