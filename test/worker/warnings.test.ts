import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { execa } from 'execa';
import { type DevServer, startDevServer } from '../../dev/servers/index.ts';
import { until } from '../support/until.ts';

const root = path.join(import.meta.dirname, '..', '..');
let folder: string;
let server: DevServer;
before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-warnings-'));
  server = await startDevServer({ isHeadless: true, dbFilename: path.join(folder, 'temporal.db') });
});
after(async () => {
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

test('a worker warns of what it will miss, and of nothing that is meant to be so', async (t) => {
  const providers = path.join(folder, 'providers.json');
  const groq = { name: 'groq', baseUrl: 'https://groq.test/v1', apiKeyVariable: 'GROQ_API_KEY' };
  writeFileSync(providers, JSON.stringify([groq]));
  const { worker, lines, event } = startWorker(t, {
    HOLDFAST_PROVIDERS: providers,
    HOLDFAST_LEGDER: 'other.db',
  });
  await event('worker.serving');
  worker.kill('SIGTERM');
  const { exitCode, stderr } = await worker;
  assert.deepEqual([exitCode, stderr], [0, '']);
  const warnings = lines().filter(({ level }) => level >= 40);
  assert.deepEqual(
    warnings.map(({ msg }) => msg),
    [
      'HOLDFAST_LEGDER is not known, and not read; did you mean HOLDFAST_LEDGER?',
      'OPENAI_API_KEY is not set: calls to openai:gpt-4o-mini will fail without it',
      'GROQ_API_KEY is not set: calls to the provider groq will fail without it',
    ],
  );
});

test('a server that goes away and comes back is told once each, in JSON, and nothing else is', async (t) => {
  const { worker, lines, event } = startWorker(t, { OPENAI_API_KEY: 'sk-set' });
  await event('worker.serving');
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
  const { stderr } = await worker;
  assert.equal(stderr, '');
  assert.deepEqual(
    lines().map((line) => line.event),
    ['worker.serving', 'temporal.away', 'temporal.back', 'worker.draining', 'worker.stopped'],
  );
});
