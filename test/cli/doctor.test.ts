import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type DevServer, startDevServer } from '../../dev/servers/index.ts';
import type { checkPackages as checkPackagesHere } from '../../src/cli/doctor/check-packages.ts';
import { startServerProcess } from '../../src/servers/server-process.ts';
import { until } from '../support/until.ts';
import { startRefusingServer } from './refusing-server.ts';
import { runHoldfast, startHoldfast } from './run-holdfast.ts';

const root = path.join(import.meta.dirname, '..', '..');
/** Of all commands: one process runs them, and has one folder. */
const cwd = mkdtempSync(path.join(tmpdir(), 'holdfast-doctor-'));
after(() => rmSync(cwd, { recursive: true, maxRetries: 10, retryDelay: 50 }));
let server: DevServer;
let env: Record<string, string>;
before(async () => {
  server = await startDevServer({ isHeadless: true });
  env = { TEMPORAL_ADDRESS: server.address };
});
after(() => server?.stop());

/** What it says of one thing, and how it ended. */
async function said(name: string, more: Record<string, string> = {}) {
  return (await examined(more))(name);
}

async function examined(more: Record<string, string>) {
  // A clock is that of a process; other commands run in one that they share.
  const run = more.NODE_OPTIONS ? startHoldfast : runHoldfast;
  const { exitCode, stdout, stderr } = await run(['doctor', '--json'], {
    env: { ...env, ...more },
    cwd,
  });
  assert.equal(stderr, '');
  const { checks } = JSON.parse(stdout) as {
    checks: { name: string; state: string; words: string }[];
  };
  return (name: string) => {
    const found = checks.find((check) => check.name === name);
    return [exitCode, found?.state, found?.words];
  };
}

/** A worker of the library's own workflows; its ledger is in `folder`. */
async function startWorker(t: TestContext, folder: string, more: Record<string, string> = {}) {
  let isServing = false;
  const worker = await startServerProcess(process.execPath, ['src/serve-file.ts'], {
    cwd: root,
    env: { ...env, HOLDFAST_LEDGER: path.join(folder, 'ledger.db'), ...more },
    onLine: (line) => {
      isServing ||= line.includes('worker.serving');
    },
  });
  t.after(() => worker.stop('SIGKILL'));
  await until(async () => isServing || (worker.hasExited() && worker.tail()) || undefined);
  assert.ok(isServing, worker.tail());
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-doctor-'));
  t.after(() => rmSync(folder, { recursive: true, maxRetries: 10, retryDelay: 50 }));
  return folder;
}

test('before any worker was there: what is missing, and how to come by it', async () => {
  assert.deepEqual(await said('attribute'), [
    2,
    'wrong',
    'HoldfastState is missing, by which `parked` and `watch` find workflows; a worker adds it when it starts, or `temporal operator search-attribute create --name HoldfastState --type Keyword`',
  ]);
  assert.deepEqual(await said('worker'), [
    2,
    'wrong',
    'no worker serves holdfast-effects, and only a worker can answer this; start yours, or one with `npx holdfast up`',
  ]);
  assert.deepEqual(await said('ledger'), [2, 'unknown', 'only a worker knows']);
});

test('all is well: a line each, and exit code 0; then what can be wrong beside a worker', async (t) => {
  const folder = temporaryFolder(t);
  await startWorker(t, folder, { OPENAI_API_KEY: 'sk-of-the-doctor' });
  const { exitCode, stdout, stderr } = await runHoldfast(['doctor'], { env, cwd });
  assert.equal(stderr, '');
  const lines = stdout.replace(/\n\s+/g, ' ').split('\n');
  assert.deepEqual(
    lines.map((line) => line.split(/\s+/).slice(0, 2).join(' ')),
    [
      ...['ok configuration', 'ok versions', 'ok server', 'ok namespace', 'ok attribute'],
      ...['ok worker', 'ok ledger', 'ok keys', 'ok clocks'],
    ],
    stdout,
  );
  assert.equal(exitCode, 0);
  assert.match(stdout, /the worker has OPENAI_API_KEY$/m);
  assert.doesNotMatch(stdout, /sk-of-the-doctor/);
  assert.ok(stdout.includes('ledger.db ('));
  assert.deepEqual(await said('clocks'), [
    0,
    'ok',
    'server, worker and database agree with this machine',
  ]);

  const wrongClock = new URL('../effects/once/wrong-clock.ts?ms=3600000', import.meta.url).href;
  assert.deepEqual(await said('clocks', { NODE_OPTIONS: `--import=${wrongClock}` }), [
    2,
    'wrong',
    "compared with this machine's clock, that of the server is 1 h behind, that of the worker is 1 h behind, that of the database is 1 h behind; let NTP set them all",
  ]);
  assert.deepEqual(await said('ledger', { HOLDFAST_SCOPE: 'staging' }), [
    2,
    'wrong',
    'the worker serves the scope default, and this command asks for staging; give both the same HOLDFAST_SCOPE',
  ]);
  const [, kept, asSaid] = await said('ledger', { HOLDFAST_TASK_QUEUE: 'nobodys' });
  assert.equal(kept, 'ok');
  assert.match(String(asSaid), /ledger\.db \(\w{16}\), as workers of the scope default said$/);
  assert.equal((await runHoldfast(['ledger', 'adopt'], { env, cwd })).exitCode, 0);
  const [, , given] = await said('ledger');
  assert.match(
    String(given),
    /^the worker writes to .*ledger\.db \(\w.*\), and that of the scope default was given up \(`holdfast ledger adopt`\); end all workers, and start those with the right one$/,
  );
  // The next worker that starts brings its own, while the first one still writes to the other.
  const other = temporaryFolder(t);
  const ofOther = { HOLDFAST_TASK_QUEUE: 'other' };
  await startWorker(t, other, { ...ofOther, HOLDFAST_MODEL: 'ollama:llama3.2' });
  assert.deepEqual((await said('keys', ofOther)).slice(1), ['ok', 'no model needs one']);
  const [exit, state, differing] = await said('ledger');
  assert.deepEqual([exit, state], [2, 'wrong']);
  const words = String(differing).replace(/ \(\w{16}\)/g, '');
  assert.equal(
    words,
    `the worker writes to ${folder}/ledger.db, and that of the scope default is in ${other}/ledger.db; end all workers, and start those with the right one`,
  );
});

test('a key of Temporal that is refused: at all, or for the namespace', async (t) => {
  const closed = await startRefusingServer(16);
  t.after(() => closed.stop());
  assert.deepEqual(await said('server', { TEMPORAL_ADDRESS: closed.address }), [
    2,
    'wrong',
    `the Temporal server at ${closed.address} refuses this client (16 UNAUTHENTICATED: Request unauthorized.); set a TEMPORAL_API_KEY, or a client's certificate, that it takes`,
  ]);
  const open = await startRefusingServer(7, ['GetSystemInfo']);
  t.after(() => open.stop());
  assert.deepEqual(await said('namespace', { TEMPORAL_ADDRESS: open.address }), [
    2,
    'wrong',
    `it may not use the namespace "default" at ${open.address}; set a TEMPORAL_API_KEY that may`,
  ]);
});

test('a key of Temporal turns TLS on, which the own server does not have', async () => {
  const more = { TEMPORAL_API_KEY: 'of-a-cloud', TEMPORAL_ADDRESS: `localhost:${server.port}` };
  assert.deepEqual(await said('server', more), [
    2,
    'wrong',
    `no Temporal server answers at localhost:${server.port} over TLS, which a TEMPORAL_API_KEY turns on; set TEMPORAL_TLS=false for one without it, or correct TEMPORAL_ADDRESS`,
  ]);
});

test('a key that a model needs is missed where the worker runs, by its variable', async (t) => {
  const more = { HOLDFAST_TASK_QUEUE: 'keyless', HOLDFAST_SCOPE: 'keyless' };
  await startWorker(t, temporaryFolder(t), more);
  assert.deepEqual(await said('keys', more), [
    2,
    'wrong',
    'the worker has no OPENAI_API_KEY for openai:gpt-4o-mini; set it where the worker runs, and start that again',
  ]);
});

test('no server, no such namespace, a variable that is misspelt, a providers file that is none', async () => {
  const away = await examined({ TEMPORAL_ADDRESS: '127.0.0.1:1' });
  assert.deepEqual(away('server'), [
    2,
    'wrong',
    'no Temporal server answers at 127.0.0.1:1; start one with `npx holdfast up`, or set TEMPORAL_ADDRESS',
  ]);
  for (const name of ['namespace', 'attribute', 'worker', 'ledger', 'keys', 'clocks']) {
    assert.deepEqual(away(name), [2, 'unknown', 'not known without the server']);
  }
  const nowhere = await examined({ TEMPORAL_NAMESPACE: 'none' });
  assert.deepEqual(nowhere('attribute'), [2, 'unknown', 'the namespace is not there']);
  assert.deepEqual(nowhere('worker'), [2, 'unknown', 'not known without its namespace']);
  assert.deepEqual(nowhere('namespace'), [
    2,
    'wrong',
    `the server at ${server.address} has no namespace "none"; create it, or correct TEMPORAL_NAMESPACE`,
  ]);
  assert.deepEqual(await said('configuration', { HOLDFAST_MODLE: 'openai:x' }), [
    2,
    'wrong',
    'HOLDFAST_MODLE is not known, and not read; did you mean HOLDFAST_MODEL?',
  ]);
  const unread = await examined({ HOLDFAST_PROVIDERS: 'none.json' });
  assert.deepEqual(unread('worker'), [2, 'unknown', 'not known without a configuration']);
  const [exitCode, state, words] = unread('configuration');
  assert.deepEqual([exitCode, state], [2, 'wrong']);
  assert.match(String(words), /^HOLDFAST_PROVIDERS: cannot read none\.json as JSON/);
});

test("two copies of one of Temporal's packages are told, with their places", async () => {
  const copy = path.join(cwd, 'node_modules/@temporalio/activity');
  mkdirSync(copy, { recursive: true });
  writeFileSync(path.join(cwd, 'package.json'), '{}');
  writeFileSync(
    path.join(copy, 'package.json'),
    '{"name":"@temporalio/activity","version":"1.2.3"}',
  );
  const [exitCode, state, words] = await said('versions');
  assert.deepEqual([exitCode, state], [2, 'wrong']);
  assert.match(
    String(words),
    /^there are 2 copies of @temporalio\/activity: 1\.24\.0 in .*, 1\.2\.3 in .*; give all @temporalio packages one version, and run `npm dedupe`$/,
  );
});

test("Temporal's packages of several versions are told", async (t) => {
  const folder = temporaryFolder(t);
  for (const file of ['check.ts', 'check-packages.ts']) {
    cpSync(path.join(root, 'src/cli/doctor', file), path.join(folder, file));
  }
  const versions = { client: '1.24.0', worker: '1.23.0', workflow: '1.24.0' };
  for (const [name, version] of Object.entries(versions)) {
    const installed = path.join(folder, 'node_modules/@temporalio', name);
    mkdirSync(installed, { recursive: true });
    const text = JSON.stringify({ name: `@temporalio/${name}`, version });
    writeFileSync(path.join(installed, 'package.json'), text);
  }
  const file = pathToFileURL(path.join(folder, 'check-packages.ts')).href;
  const { checkPackages } = (await import(file)) as { checkPackages: typeof checkPackagesHere };
  assert.deepEqual(checkPackages(folder), {
    name: 'versions',
    state: 'wrong',
    words:
      "Temporal's packages are of several versions (client 1.24.0, worker 1.23.0, workflow 1.24.0); give all @temporalio packages one version",
  });
});
