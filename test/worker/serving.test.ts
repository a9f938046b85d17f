import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { Client, Connection, ScheduleNotFoundError } from '@temporalio/client';
import { execa } from 'execa';
import { pino } from 'pino';
import { type DevServer, startDevServer } from '../../dev/servers/index.ts';
import { keepRetention } from '../../src/worker/keep-retention.ts';
import { until } from '../support/until.ts';

const root = path.join(import.meta.dirname, '..', '..');
let folder: string;
let server: DevServer;
let connection: Connection;
before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-warnings-'));
  server = await startDevServer({ isHeadless: true, dbFilename: path.join(folder, 'temporal.db') });
  connection = await Connection.connect({ address: server.address });
});
after(async () => {
  await connection?.close();
  await server?.stop('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A worker process, with the lines that it logged so far. */
function startWorker(t: TestContext, env: Record<string, string>) {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const worker = execa(
    path.join(root, 'node_modules/.bin/node'),
    [path.join(root, 'src/serve-file.ts')],
    {
      cwd: folder,
      env: { PATH, NODE_COMPILE_CACHE, TEMPORAL_ADDRESS: server.address, ...env },
      extendEnv: false,
      reject: false,
    },
  );
  let printed = '';
  worker.stdout.on('data', (text) => {
    printed += text;
  });
  t.after(async () => {
    worker.kill('SIGKILL');
    await worker;
  });
  const lines = () =>
    printed
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  const event = (name: string) => until(async () => lines().find((line) => line.event === name));
  return { worker, lines, event };
}

test('the worker that starts last decides: a schedule is made, changed, or taken away', async () => {
  const shared = { connection, namespace: 'default', log: pino({ level: 'silent' }) };
  const handle = new Client({ connection }).schedule.getHandle('holdfast-retention-mine');
  const keep = (retentionDays?: number) =>
    keepRetention({ ...shared, taskQueue: 'mine', retentionDays });
  const told = async () => {
    const { action, spec, state } = await handle.describe();
    return [action.args, spec.intervals?.map(({ every }) => every), state.paused];
  };
  await keep(400);
  assert.deepEqual(await told(), [
    [{ olderThanMs: 34_560_000_000, dryRun: false }],
    [86_400_000],
    false,
  ]);
  await handle.pause();
  await keep(30);
  assert.deepEqual(await told(), [
    [{ olderThanMs: 2_592_000_000, dryRun: false }],
    [86_400_000],
    true,
  ]);
  await keep();
  await assert.rejects(handle.describe(), ScheduleNotFoundError);
  await keep();
});

test('a worker tells what it will miss, what it pruned, a server that goes away and comes back, and nothing else', async (t) => {
  const providers = path.join(folder, 'providers.json');
  const of = (name: string) => ({
    ...{ name, baseUrl: `https://${name}.test/v1` },
    apiKeyVariable: `${name.toUpperCase()}_API_KEY`,
  });
  writeFileSync(providers, JSON.stringify([of('groq'), of('mistral')]));
  const { worker, lines, event } = startWorker(t, {
    HOLDFAST_PROVIDERS: providers,
    HOLDFAST_LEGDER: 'other.db',
    MISTRAL_API_KEY: 'sk-set',
    HOLDFAST_RETENTION_DAYS: '400',
  });
  await event('worker.serving');
  // What it keeps for so long, it prunes when the schedule says so.
  await new Client({ connection }).schedule.getHandle('holdfast-retention-holdfast').trigger();
  const { removed, keptForWorkflow, attempts, doubts, dryRun } = await event('ledger.pruned');
  assert.deepEqual([removed, keptForWorkflow, attempts, doubts, dryRun], [0, 0, 0, 0, false]);

  const { port, uiPort } = server;
  await server.stop('SIGKILL');
  const { reason } = await event('temporal.away');
  assert.equal(reason, 'tcp connect error');
  server = await startDevServer({
    ...{ port, uiPort, isHeadless: true },
    dbFilename: path.join(folder, 'temporal.db'),
  });
  await event('temporal.back');
  worker.kill('SIGTERM');
  const { exitCode, stderr } = await worker;
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.deepEqual(
    lines().map(({ event, msg }) => (event === 'config.warning' ? msg : event)),
    [
      'HOLDFAST_LEGDER is not known, and not read; did you mean HOLDFAST_LEDGER?',
      'OPENAI_API_KEY is not set: calls to openai:gpt-4o-mini will fail without it',
      'GROQ_API_KEY is not set: calls to the provider groq will fail without it',
      'worker.serving',
      'ledger.pruned',
      'temporal.away',
      'temporal.back',
      'worker.draining',
      'worker.stopped',
    ],
  );
});
