import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CancelledFailure, Client, Connection, WorkflowFailedError } from '@temporalio/client';
import { demoFiles, workerEnvironment } from '../../dev/demo/worker-environment.ts';
import { readWorkerLog } from '../../dev/demo/worker-log.ts';
import { startWorker } from '../../dev/demo/worker-process.ts';
import { type Sandbox, startSandbox } from '../../dev/sandbox/index.ts';
import { startDevServer } from '../../dev/servers/index.ts';
import { cancel } from '../../src/client/cancel.ts';
import { startComplete } from '../../src/client/start.ts';
import { openLedger } from '../../src/effects/once/open-ledger.ts';
import { startOrder } from '../../src/orders/start-order.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';
import type { ServerProcess } from '../../src/servers/server-process.ts';
import { assertRequestsEqualAttempts } from '../support/count-attempts.ts';
import { customer, oneLamp } from '../support/start-test-order.ts';
import { until } from '../support/until.ts';

// The real worker, as a process of its own: what a signal does to it, no test inside one can show.

const cleanups = new AsyncDisposableStack();
after(() => cleanups.disposeAsync());

let client: Client;
let sandbox: Sandbox;
let files: ReturnType<typeof demoFiles>;
let startOne: () => Promise<ServerProcess>;
/** The one that serves, if any. */
let worker: ServerProcess | undefined;
/** Set when the model has killed the worker. */
let killed: Promise<void> | undefined;

/** Stripe executes a charge for so long; its answer comes after that. */
const slowlyMs = 3000;

before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  cleanups.defer(() => rm(folder, { recursive: true }));
  const server = await startDevServer({ isHeadless: true });
  cleanups.defer(() => server.stop());
  sandbox = await startSandbox({
    model: {
      answer: ({ requestId = '' }) => {
        if (requestId.endsWith('/extract')) return oneLamp;
        return requestId.endsWith('repair-1') ? '{"amount":"12.00"}' : '{"amount":12}';
      },
      // The worker dies while its repair call is under way.
      faults: ({ requestId, nthForThisCall }) => {
        if (!requestId?.endsWith('repair-1') || nthForThisCall > 1) return { kind: 'pass' };
        killed ??= worker?.stop('SIGKILL');
        return { kind: 'hang' };
      },
    },
    stripe: { faults: () => ({ kind: 'delay', delayMs: slowlyMs }) },
  });
  cleanups.defer(() => sandbox.stop());
  files = demoFiles(folder);
  const env = {
    ...workerEnvironment(server, sandbox, files, process.env, false),
    HOLDFAST_PROVIDERS: '',
    // Much shorter than Stripe takes: what was sent finishes even then.
    HOLDFAST_SHUTDOWN_GRACE_MS: '500',
  };
  startOne = () => startWorker({ env, cwd: folder, logFile: files.workerLog }, () => {});
  cleanups.defer(() => worker?.stop());
  const connection = await Connection.connect({ address: server.address });
  cleanups.defer(() => connection.close());
  client = new Client({ connection, namespace: server.namespace });
});

async function ensureWorker(): Promise<ServerProcess> {
  if (!worker || worker.hasExited()) worker = await startOne();
  return worker;
}

/** Starts an order for one lamp, and waits until Stripe has the request to charge it. */
async function startUntilCharging(id: string) {
  const { handle } = await startOrder(
    client,
    {
      request: { email: 'One lamp, 12.00 EUR please', customer },
      model: 'openai:gpt-4o-mini',
      policies: resolvePolicies({}),
    },
    { id },
  );
  await until(async () => requestsOf(id).length > 0 || undefined);
  assert.equal((await chargesOf(id)).length, 0, 'Stripe is not through with it yet');
  return handle;
}

const requestsOf = (id: string) =>
  sandbox.stripe.requests.filter(({ requestId }) => requestId === `default/${id}:charge`);

async function chargesOf(id: string) {
  const payments = await sandbox.stripe.paymentIntents();
  return payments
    .filter(({ metadata }) => metadata.holdfast_key?.includes(`/${id}:`))
    .map(({ status, amount }) => [status, amount]);
}

/** The state of a charge in the ledger, read straight from its file. */
async function recordedState(id: string) {
  const ledger = await openLedger({ sqliteFile: files.ledger });
  try {
    return (await ledger.read({ key: `default/${id}:charge` }))?.state;
  } finally {
    await ledger.close();
  }
}

test('a worker that is killed between repair calls does not pay for the first call again', async () => {
  await ensureWorker();
  const schema = {
    type: 'object',
    properties: { amount: { type: 'string' } },
    required: ['amount'],
  };
  const { handle } = await startComplete(
    client,
    {
      request: {
        model: 'openai:gpt-4o-mini',
        messages: [{ role: 'user', content: 'The amount?' }],
        schema,
      },
      policies: resolvePolicies({ model: { heartbeatTimeoutMs: 2000 } }),
    },
    { id: 'question-7' },
  );
  const result = handle.result();
  await until(async () => killed && true);
  await killed;
  await ensureWorker();
  assert.deepEqual((await result).value, { amount: '12.00' });
  assert.deepEqual(
    sandbox.model.requests.map(({ requestId, fault }) => [requestId, fault]),
    [
      ['question-7/complete', 'pass'],
      ['question-7/complete.repair-1', 'hang'],
      ['question-7/complete.repair-1', 'pass'],
    ],
  );
  const log = readWorkerLog(files.workerLog);
  assertRequestsEqualAttempts({ requests: sandbox.model.requests, log });
});

test('cancelled while Stripe charges: the charge finishes and is recorded before the workflow ends', async () => {
  await ensureWorker();
  const handle = await startUntilCharging('order-cancelled');
  await cancel(client, 'order-cancelled');
  const error = await handle.result().then(
    () => assert.fail('it was not cancelled'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure);
  assert.equal(await recordedState('order-cancelled'), 'succeeded');
  assert.deepEqual(await chargesOf('order-cancelled'), [['succeeded', 1200]]);
  assert.equal(requestsOf('order-cancelled').length, 1);
  assert.deepEqual(await sandbox.github.issues(), []);
});

test('a worker told to stop while Stripe charges records the charge first; the next one goes on from it', async () => {
  const stopping = await ensureWorker();
  const handle = await startUntilCharging('order-drained');
  await stopping.stop('SIGTERM');
  const words = readWorkerLog(files.workerLog).filter(({ pid }) => pid === stopping.pid);
  assert.equal(words.at(-1)?.event, 'worker.stopped', 'it ended by itself');
  assert.equal(await recordedState('order-drained'), 'succeeded');
  assert.deepEqual(await chargesOf('order-drained'), [['succeeded', 1200]]);

  await ensureWorker();
  const { charge } = await handle.result();
  assert.equal(charge.amountMinor, 1200);
  assert.equal(requestsOf('order-drained').length, 1);
  assert.deepEqual(await chargesOf('order-drained'), [['succeeded', 1200]]);
});
