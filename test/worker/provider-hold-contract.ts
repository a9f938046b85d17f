import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { demoFiles, workerEnvironment } from '../../dev/demo/worker-environment.ts';
import { startWorker } from '../../dev/demo/worker-process.ts';
import { startSandbox } from '../../dev/sandbox/index.ts';
import { startDevServer } from '../../dev/servers/index.ts';
import { startComplete } from '../../src/client/start.ts';
import { workflowStatus } from '../../src/client/status.ts';
import type { ServerProcess } from '../../src/servers/server-process.ts';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { until } from '../support/until.ts';

const model = 'openai:gpt-4o-mini';
/** Twice the time between two looks of a worker at what persons hold. */
const untilObeyedMs = 2000;

/** What holding a provider does to real workers, whatever their database. */
export function providerHoldContract(name: string, databaseUrl: () => string | undefined): void {
  test(`on ${name}: held by one worker and by two, over restarts, until it is released`, async (t) => {
    await using cleanups = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
    cleanups.defer(() => rm(folder, { recursive: true, maxRetries: 10 }));
    const server = await startDevServer({ isHeadless: true });
    cleanups.defer(() => server.stop());
    const sandbox = await startSandbox({ model: { answer: () => 'hello' } });
    cleanups.defer(() => sandbox.stop());
    const files = demoFiles(folder);
    const url = databaseUrl();
    const env = {
      ...workerEnvironment(server, sandbox, files, process.env, false),
      HOLDFAST_PROVIDERS: '',
      ...(url && { DATABASE_URL: url }),
    };
    const startOne = () =>
      startWorker({ env, cwd: folder, logFile: files.workerLog }, (worker) => {
        cleanups.defer(() => worker.stop());
      });
    const connection = await Connection.connect({ address: server.address });
    cleanups.defer(() => connection.close());
    const client = new Client({ connection, namespace: server.namespace });
    const holdfast = (...args: string[]) =>
      runHoldfast(args, { env: { TEMPORAL_ADDRESS: server.address } });
    const request = { model, messages: [{ role: 'user' as const, content: 'Say hello' }] };
    const ask = (id: string) => startComplete(client, { request }, { id });
    const heldBy = (id: string) =>
      until(async () => (await workflowStatus(client, id)).held?.[0]?.reason);

    let workers: ServerProcess[] = [await startOne()];
    const hold = await holdfast('providers', 'hold', 'openai', '--reason', 'maintenance');
    assert.match(hold.stdout, /^openai is held: workers send nothing there within seconds/);
    await sleep(untilObeyedMs);
    const one = await ask('one-1');
    assert.equal(await heldBy('one-1'), 'maintenance');

    await t.test('status, explain and the list say by whom', async () => {
      const sentence = /openai:gpt-4o-mini is held by [^ @]+: maintenance, for /;
      // Between two sleeps it is with a worker for a moment.
      for (const command of ['status', 'explain']) {
        await until(async () => {
          const { stdout } = await holdfast(command, 'one-1');
          return sentence.test(stdout.replace(/\s+/g, ' ')) || undefined;
        });
      }
      const { stdout } = await holdfast('providers');
      assert.match(stdout, /^openai is held by [^ @]+ for .+: maintenance$/m);
    });

    await Promise.all(workers.map((worker) => worker.stop()));
    workers = await Promise.all([startOne(), startOne()]);
    const ids = ['two-1', 'two-2', 'two-3', 'two-4', 'two-5', 'two-6'];
    const two = await Promise.all(ids.map(ask));
    for (const id of ids) assert.equal(await heldBy(id), 'maintenance');
    assert.deepEqual(sandbox.model.requests, []);

    assert.equal((await holdfast('providers', 'release', 'openai:gpt-4o')).exitCode, 4);
    const release = await holdfast('providers', 'release', 'openai');
    assert.match(release.stdout, /^openai is released; /);
    for (const { handle } of [one, ...two]) {
      const { value, attempts } = await handle.result();
      assert.deepEqual([value, attempts], ['hello', 1]);
    }
    assert.equal(sandbox.model.requests.length, 7);
    assert.match((await holdfast('providers')).stdout, /openai:gpt-4o-mini {2}free/);
  });
}
