// Whom nobody answers, is told: each case, and the test of the real command that shows it.
//
//   no worker: `start --wait`, `result`, `watch`, `status`   here
//   a workflow task that fails, with its line                here
//   an address of a browser, one without a port              here; no server at all: bad-input
//   a broken providers file keeps nobody from `cancel`       here, with slips in the file
//   no server of the folder, or that of `up`                 up; batch-manage
//   a slip in a workflow's name; a name of nobody's          up
//   a key that is not set, by its variable                   up; at a worker's start: worker/warnings
//   `apiKeyVariable` names one that is not set               worker/warnings
//   a provider that the worker does not know                 up
//   a slip in a policy, its field, a request, a command      bad-input; in variables: here
//   a database that does not open                            no-database
//   no WARN without meaning, the server away as one event    worker/warnings
//   what `doctor` says of each, with its mend                doctor
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NativeConnection } from '@temporalio/worker';
import { type DevServer, startDevServer } from '../../dev/servers/index.ts';
import { createWorkers } from '../../src/worker/create-workers.ts';
import { until } from '../support/until.ts';
import { runHoldfast, startHoldfast } from './run-holdfast.ts';

let server: DevServer;
let env: Record<string, string>;
before(async () => {
  server = await startDevServer({ isHeadless: true });
  env = { TEMPORAL_ADDRESS: server.address };
});
after(() => server?.stop());

const noWorker =
  'no worker serves holdfast; start yours, or one with `npx holdfast up`, and it goes on';

/** The first line on standard error that says it; the command waits on, and is ended here. */
async function saidWhileWaiting(args: readonly string[]) {
  const command = startHoldfast(args, { env });
  let printed = '';
  for (const stream of [command.stdout, command.stderr]) {
    stream?.on('data', (text) => {
      printed += text;
    });
  }
  const line = await until(async () =>
    printed.split('\n').find((each) => each.includes('no worker serves')),
  );
  command.kill('SIGINT');
  const { exitCode } = await command;
  return [line, exitCode];
}

test('without a worker, whoever waits is told so, and how to start one', async () => {
  const start = ['start', 'complete', 'Hi', '--id', 'n-1'];
  assert.equal((await runHoldfast(start, { env })).exitCode, 0);
  const [started, result, inJson, [watched, exitCode] = []] = await Promise.all(
    [
      [...start, '--wait'],
      ['result', 'n-1'],
      ['result', 'n-1', '--json'],
      ['watch', 'n-1'],
    ].map(saidWhileWaiting),
  );
  assert.deepEqual(started, [`n-1 waits: ${noWorker}`, 130]);
  assert.deepEqual(result, [`n-1 waits: ${noWorker}`, 130]);
  assert.deepEqual(inJson, [`{"warning":"n-1 waits: ${noWorker}"}`, 130]);
  assert.match(
    String(watched),
    /^\d\d:\d\d:\d\d n-1 running: no worker serves holdfast; start yours/,
  );
  assert.equal(exitCode, 130);
  const status = await runHoldfast(['status', 'n-1'], { env });
  assert.match(status.stdout, /^ {2}last {7}no worker serves holdfast; start yours, or one with/m);
});

test('a workflow whose own code fails is shown with its line; nothing of it done, it is cancelled', async (t) => {
  const connection = await NativeConnection.connect({ address: server.address });
  const workers = await createWorkers({
    ...{ connection, namespace: 'default', taskQueue: 'mistakes', debugMode: true },
    workflowsPath: fileURLToPath(new URL('./own-mistake.ts', import.meta.url)),
  });
  const running = workers.run();
  t.after(async () => {
    workers.shutdown();
    await running;
    await connection.close();
  });
  const options = { env: { ...env, HOLDFAST_TASK_QUEUE: 'mistakes' } };
  const says = 'its workflow task fails: I forgot something (own-mistake.ts:3)';
  const started = await runHoldfast(
    ['start', 'oops', '--input', '{}', '--id', 'o-1', '--wait'],
    options,
  );
  assert.deepEqual(
    [started.exitCode, started.stderr],
    [3, `o-1: started\nholdfast: o-1 cannot go on: ${says}; it goes on with a worker that can`],
  );
  const result = await runHoldfast(['result', 'o-1'], options);
  assert.equal(
    result.stderr,
    `holdfast: o-1 cannot go on: ${says}; it goes on with a worker that can`,
  );
  const status = await runHoldfast(['status', 'o-1'], options);
  assert.ok(status.stdout.includes(`  last       ${says}`), status.stdout);

  const cancelled = await runHoldfast(['cancel', 'o-1'], options);
  assert.match(cancelled.stdout, /^o-1 was asked to stop, and is terminated/);
  assert.match((await runHoldfast(['status', 'o-1'], options)).stdout, /^o-1 {2}terminated/);
});

test('an address for browsers is told, and how to write it', async () => {
  const { exitCode, stderr } = await runHoldfast(['status', 'n-1'], {
    env: { TEMPORAL_ADDRESS: 'http://temporal.example:7233' },
  });
  assert.deepEqual(
    [exitCode, stderr],
    [
      2,
      "holdfast: Temporal's settings cannot be used: TEMPORAL_ADDRESS: http://temporal.example:7233 is an address for browsers; write host:port, temporal.example:7233",
    ],
  );
  const without = await runHoldfast(['status', 'n-1'], { env: { TEMPORAL_ADDRESS: '127.0.0.2' } });
  assert.equal(
    without.stderr,
    'waiting for a Temporal server at 127.0.0.2:7233; start one with `npx holdfast up`, or set TEMPORAL_ADDRESS\n' +
      'holdfast: no Temporal server answers at 127.0.0.2:7233; start one with `npx holdfast up`, or set TEMPORAL_ADDRESS',
  );
});

test('a broken providers file keeps nobody from cancelling; a misspelt variable is told', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-cancel-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'providers.json');
  writeFileSync(file, '[{');
  const broken = { env: { ...env, HOLDFAST_PROVIDERS: file } };
  const cancelled = await runHoldfast(['cancel', 'n-1'], broken);
  assert.deepEqual([cancelled.exitCode, cancelled.stderr], [0, '']);
  const started = await runHoldfast(['start', 'complete', 'Hi', '--id', 'n-2'], broken);
  assert.match(started.stderr, /^holdfast: bad configuration: HOLDFAST_PROVIDERS: cannot read/);

  const slips = '[{"nam":"groq","baseUrl":"groq","apiKeyVarible":"GROQ_API_KEY"}]';
  writeFileSync(file, slips);
  const misread = await runHoldfast(['start', 'complete', 'Hi', '--id', 'n-2'], broken);
  const inFile = `HOLDFAST_PROVIDERS (${file})`;
  assert.equal(
    misread.stderr,
    `holdfast: bad configuration: ${inFile}: 0.name is missing; ${inFile}: 0.baseUrl: Invalid URL; ${inFile}: 0: nam is not known; did you mean name?, apiKeyVarible is not known; did you mean apiKeyVariable?`,
  );

  const { stderr } = await runHoldfast(['cancel', 'n-1'], {
    env: { ...env, HOLDFAST_TASKQUEUE: 'mine' },
  });
  assert.equal(
    stderr,
    'HOLDFAST_TASKQUEUE is not known, and not read; did you mean HOLDFAST_TASK_QUEUE?',
  );
  const misspelt = await runHoldfast(['statsu', 'n-1'], { env });
  assert.equal(
    misspelt.stderr,
    "holdfast: unknown command 'statsu' (Did you mean status?) (--help says more)",
  );
});
