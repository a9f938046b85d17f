import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { demoFiles, workerEnvironment } from '../../dev/demo/worker-environment.ts';
import { startWorker } from '../../dev/demo/worker-process.ts';
import { startSandbox } from '../../dev/sandbox/index.ts';
import { type DevServer, startDevServer, startPostgres } from '../../dev/servers/index.ts';
import { startComplete } from '../../src/client/start.ts';
import { workflowStatus } from '../../src/client/status.ts';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { until } from '../support/until.ts';

// What holding a provider does to real workers, whatever their database.

const model = 'openai:gpt-4o-mini';
/** Twice the time between two looks of a worker at what persons hold. */
const untilObeyedMs = 2000;

const ofFile = new AsyncDisposableStack();
let server: DevServer;
let client: Client;
before(async () => {
  server = await startDevServer({ isHeadless: true });
  ofFile.defer(() => server.stop());
  const connection = await Connection.connect({ address: server.address });
  ofFile.defer(() => connection.close());
  client = new Client({ connection, namespace: server.namespace });
});
after(() => ofFile.disposeAsync());

for (const store of ['SQLite', 'PostgreSQL'] as const) {
  test(`on ${store}: held by one worker and by two, over a restart, until it is released`, async (t) => {
    await using cleanups = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
    cleanups.defer(() => rm(folder, { recursive: true, maxRetries: 10 }));
    const postgres = store === 'PostgreSQL' ? await startPostgres() : undefined;
    cleanups.defer(async () => postgres?.stop());
    const sandbox = await startSandbox({ model: { answer: () => 'hello' } });
    cleanups.defer(() => sandbox.stop());
    const files = demoFiles(folder);
    // Of each store a queue and a scope of its own: to the other it is another deployment.
    const taskQueue = store;
    const own = { HOLDFAST_TASK_QUEUE: taskQueue, HOLDFAST_SCOPES: store.toLowerCase() };
    const env = {
      ...workerEnvironment(server, sandbox, files, process.env, false),
      ...{ HOLDFAST_PROVIDERS: '', ...own },
      ...(postgres && { DATABASE_URL: postgres.url }),
    };
    const startOne = () =>
      startWorker({ env, cwd: folder, logFile: files.workerLog }, (worker) => {
        cleanups.defer(() => worker.stop());
      });
    const holdfast = (...args: string[]) =>
      runHoldfast(args, { env: { TEMPORAL_ADDRESS: server.address, ...own } });
    const request = { model, messages: [{ role: 'user' as const, content: 'Say hello' }] };
    const ask = async (nth: string) => {
      const id = `${store}-${nth}`;
      return { id, ...(await startComplete(client, { request }, { id, taskQueue })) };
    };
    const heldBy = (id: string) =>
      until(async () => (await workflowStatus(client, id)).held?.[0]?.reason);

    const first = await startOne();
    const hold = await holdfast('providers', 'hold', 'openai', '--reason', 'maintenance');
    assert.match(hold.stdout, /^openai is held: workers send nothing there within seconds/);
    await sleep(untilObeyedMs);
    const one = await ask('one');
    assert.equal(await heldBy(one.id), 'maintenance');

    await t.test('status, explain and the list say by whom', async () => {
      const sentence = /openai:gpt-4o-mini is held by [^ @]+: maintenance, for /;
      // Between two sleeps it is with a worker for a moment.
      for (const command of ['status', 'explain']) {
        await until(async () => {
          const { stdout } = await holdfast(command, one.id);
          return sentence.test(stdout.replace(/\s+/g, ' ')) || undefined;
        });
      }
      const { stdout } = await holdfast('providers');
      assert.match(stdout, /^openai is held by [^ @]+ for .+: maintenance$/m);
    });

    // The second never heard of the hold but from the database; then it is there alone.
    await startOne();
    const two = await Promise.all(['two-1', 'two-2', 'two-3', 'two-4', 'two-5', 'two-6'].map(ask));
    for (const { id } of two) assert.equal(await heldBy(id), 'maintenance');
    await first.stop();
    const alone = await ask('alone');
    assert.equal(await heldBy(alone.id), 'maintenance');
    assert.deepEqual(sandbox.model.requests, []);

    assert.equal((await holdfast('providers', 'release', 'openai:gpt-4o')).exitCode, 4);
    const release = await holdfast('providers', 'release', 'openai');
    assert.match(release.stdout, /^openai is released; /);
    for (const { handle } of [one, ...two, alone]) {
      const { value, attempts } = await handle.result();
      assert.deepEqual([value, attempts], ['hello', 1]);
    }
    assert.equal(sandbox.model.requests.length, 8);
    // A worker looks once a second whether its gates have changed, and posts them.
    await until(async () => {
      const { stdout } = await holdfast('providers');
      return /openai:gpt-4o-mini {2}free/.test(stdout) || undefined;
    });
  });
}
