import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { demoFiles, workerEnvironment } from '../../dev/demo/worker-environment.ts';
import { startWorker } from '../../dev/demo/worker-process.ts';
import { startSandbox } from '../../dev/sandbox/index.ts';
import { startDevServer } from '../../dev/servers/index.ts';
import type { ServerProcess } from '../../dev/servers/server-process.ts';
import { startComplete } from '../../src/client/start.ts';
import { policiesWith } from '../support/calls-world.ts';

const schema = {
  type: 'object',
  properties: { amount: { type: 'string' } },
  required: ['amount'],
};

test('a worker that is killed between repair calls does not pay for the first call again', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const server = await startDevServer({ isHeadless: true });
  t.after(() => server.stop());
  let killed: Promise<void> | undefined;
  let worker: ServerProcess;
  const sandbox = await startSandbox({
    model: {
      answer: ({ requestId }) =>
        requestId?.endsWith('repair-1') ? '{"amount":"12.00"}' : '{"amount":12}',
      // The worker dies while its repair call is under way.
      faults: ({ requestId, nthForThisCall }) => {
        if (!requestId?.endsWith('repair-1') || nthForThisCall > 1) return { kind: 'pass' };
        killed ??= worker.stop('SIGKILL');
        return { kind: 'hang' };
      },
    },
  });
  t.after(() => sandbox.stop());
  const files = demoFiles(folder);
  const env = {
    ...workerEnvironment(server, sandbox, files, process.env, false),
    HOLDFAST_PROVIDERS: '',
  };
  const start = () => startWorker({ env, cwd: folder, logFile: files.workerLog }, () => {});
  worker = await start();
  const connection = await Connection.connect({ address: server.address });
  t.after(() => connection.close());
  const { handle } = await startComplete(
    new Client({ connection, namespace: server.namespace }),
    {
      request: {
        model: 'openai:gpt-4o-mini',
        messages: [{ role: 'user', content: 'The amount?' }],
        schema,
      },
      policies: policiesWith({ model: { heartbeatTimeoutMs: 2000 } }),
    },
    { id: 'order-7' },
  );
  const result = handle.result();
  while (!killed) await new Promise((resolve) => setTimeout(resolve, 20));
  await killed;
  worker = await start();
  t.after(() => worker.stop());
  assert.deepEqual((await result).value, { amount: '12.00' });
  assert.deepEqual(
    sandbox.model.requests.map(({ requestId, fault }) => [requestId, fault]),
    [
      ['order-7/complete', 'pass'],
      ['order-7/complete.repair-1', 'hang'],
      ['order-7/complete.repair-1', 'pass'],
    ],
  );
});
