import { orders } from '../../src/orders/app.ts';
import '../support/quiet-runtime.ts';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { startStripe } from '../../dev/sandbox/stripe.ts';
import { startDevServer } from '../../dev/servers/index.ts';
import { loadConfig } from '../../src/config.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { effectsFrom } from '../../src/worker/effects-from.ts';
import { ledgerFrom } from '../../src/worker/ledger-from.ts';
import { workflowBundle } from '../../src/worker/workflow-bundle.ts';
import { failureOf } from '../support/failure-of.ts';
import type { ChargedRun, chargeAcrossRuns } from './charge-across-runs.ts';

test('continued as new, the same effect has the same key: replayed, and with other input refused', async (t) => {
  const { client, stripe } = await startWorld(t);
  const charge = (workflowId: string, ...amounts: number[]) =>
    client.workflow.start<typeof chargeAcrossRuns>('chargeAcrossRuns', {
      workflowId,
      taskQueue: 'runs',
      args: [resolvePolicies(), amounts],
    });
  const payments = async () =>
    (await stripe.paymentIntents()).map(({ amount, status, metadata }) => [
      metadata.holdfast_key,
      amount,
      status,
    ]);

  const same = await charge('order-1', 1200, 1200);
  const [first, second] = (await same.result()) as ChargedRun[];
  const { runId } = await same.describe();
  assert.notEqual(runId, same.firstExecutionRunId, 'the result is that of another run');
  assert.equal(second?.chargeId, first?.chargeId);
  assert.deepEqual([first?.replayed, second?.replayed], [false, true]);
  assert.deepEqual(await payments(), [['default/order-1:charge', 1200, 'succeeded']]);

  const other = await charge('order-2', 1200, 9900);
  assert.equal((await failureOf(other.result())).type, 'IdempotencyKeyReused');
  assert.deepEqual(await payments(), [
    ['default/order-1:charge', 1200, 'succeeded'],
    ['default/order-2:charge', 1200, 'succeeded'],
  ]);
  assert.equal(stripe.requests.length, 2);
});

/** The effects as configured, for a workflow of this folder. */
async function startWorld(t: TestContext) {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-test-'));
  const [server, stripe] = await Promise.all([
    startDevServer({ isHeadless: true }),
    startStripe({
      customers: [{ id: 'cus_1' }],
      paymentMethods: [{ id: 'pm_1', customer: 'cus_1' }],
    }),
  ]);
  const { address, namespace } = server;
  const [native, connection] = await Promise.all([
    NativeConnection.connect({ address }),
    Connection.connect({ address }),
  ]);
  const config = loadConfig({
    STRIPE_SECRET_KEY: stripe.secretKey,
    STRIPE_BASE_URL: stripe.origin,
    HOLDFAST_LEDGER: path.join(folder, 'ledger.db'),
  });
  const ledger = await ledgerFrom(config);
  const effects = effectsFrom(config, orders, {
    namespace,
    log: pino({ level: 'silent' }),
    ledger,
  });
  const bundle = await workflowBundle(path.join(import.meta.dirname, 'charge-across-runs.ts'));
  const workers = await Promise.all([
    Worker.create({ connection: native, taskQueue: 'runs', workflowBundle: bundle }),
    Worker.create({
      connection: native,
      taskQueue: 'runs-effects',
      activities: effects.activities,
    }),
  ]);
  const running = workers.map((worker) => worker.run());
  t.after(async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await effects.close();
    await Promise.all([native.close(), connection.close()]);
    await Promise.all([server.stop(), stripe.stop()]);
    await rm(folder, { recursive: true });
  });
  return { client: new Client({ connection, namespace }), stripe };
}
