import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startWorker } from '../../dev/demo/worker-process.ts';
import { type KeyedEndpoint, startKeyedEndpoint } from '../../dev/sandbox/keyed-endpoint.ts';
import { startModelProvider } from '../../dev/sandbox/model-provider.ts';
import { pass, type WireFault } from '../../dev/sandbox/wire-fault.ts';
import { startDevServer } from '../../dev/servers/index.ts';
import { connect } from '../../src/client.ts';
import { runHoldfast, startHoldfast } from '../cli/run-holdfast.ts';
import { until } from '../support/until.ts';
import type { triage } from './triage/workflows.ts';

// A worker process of a user's own application, and every command on it.

const down: WireFault = { kind: 'status', status: 503 };
/** Another answer than the effect's result: nobody knows whether it was done. */
const nonsense: WireFault = { kind: 'raw', body: '{"ok":1}', contentType: 'application/json' };

const cleanups = new AsyncDisposableStack();
after(() => cleanups.disposeAsync());
let folder: string;
let address: string;
let crm: KeyedEndpoint;
let fault = pass;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-own-'));
  cleanups.defer(() => rm(folder, { recursive: true }));
  const server = await startDevServer();
  cleanups.defer(() => server.stop());
  address = server.address;
  const answer = JSON.stringify({ summary: 'no light', urgency: 'high' });
  const model = await startModelProvider({ answer: () => answer });
  cleanups.defer(() => model.stop());
  crm = await startKeyedEndpoint({ faults: () => fault });
  cleanups.defer(() => crm.stop());
  await startWorker(
    {
      env: {
        PATH: process.env.PATH,
        TEMPORAL_ADDRESS: address,
        HOLDFAST_LEDGER: join(folder, 'ledger.db'),
        HOLDFAST_ALLOW_PRIVATE_TARGETS: 'true',
        OPENAI_API_KEY: 'sk-test',
        OPENAI_BASE_URL: model.baseUrl,
        CRM_URL: crm.origin,
      },
      cwd: folder,
      logFile: join(folder, 'worker.log'),
      program: fileURLToPath(new URL('./triage/worker.ts', import.meta.url)),
    },
    (worker) => cleanups.defer(() => worker.stop()),
  );
});

const holdfast = (args: readonly string[], input?: string) =>
  runHoldfast(args, {
    env: { TEMPORAL_ADDRESS: address },
    cwd: folder,
    ...(input !== undefined && { input }),
  });
const json = async (...args: string[]) => JSON.parse((await holdfast([...args, '--json'])).stdout);
const start = (id: string, ...more: string[]) =>
  holdfast(['start', 'triage', '--input', '{"text":"It is dark"}', '--id', id, ...more]);
const parkedAs = (id: string) =>
  until(async () => {
    const { progress } = await json('status', id);
    return progress?.parked?.[0];
  });

describe('holdfast start <workflow>', () => {
  test('starts it by its name and prints what it returned; the same again attaches', async () => {
    const first = await start('T-1', '--wait');
    assert.deepEqual([first.exitCode, first.stderr], [0, 'T-1: started']);
    assert.deepEqual(JSON.parse(first.stdout), {
      id: 'T-1',
      summary: 'no light',
      urgency: 'high',
      noted: 'thing-1',
    });
    const again = await start('T-1', '--wait', '--json');
    const { workflowId, attached, result } = JSON.parse(again.stdout);
    assert.deepEqual([workflowId, attached, result.noted], ['T-1', true, 'thing-1']);
    const other = await holdfast(['start', 'triage', '--input', '{"text":"x"}', '--id', 'T-1']);
    assert.equal(other.exitCode, 5);
  });

  test('reads a file or standard input, and makes an id from what it reads', async () => {
    await writeFile(join(folder, 'ticket.json'), '{ "text": "by file" }');
    const file = await holdfast(['start', 'triage', '--input', 'ticket.json', '--wait', '--json']);
    const id = JSON.parse(file.stdout).workflowId;
    assert.match(id, /^triage-[0-9a-f]{32}$/);
    const piped = await holdfast(['start', 'triage', '--input', '-'], '{"text":"by file"}');
    assert.deepEqual([piped.exitCode, piped.stdout], [0, id]);
    assert.match(piped.stderr, /attached to the execution that exists/);
  });

  test('a mistake in an override is told by the worker, in one sentence', async () => {
    const field = await start('T-2', '--wait', '--set', 'notify.patience=9');
    assert.deepEqual(
      [field.exitCode, field.stdout, field.stderr],
      [2, '', 'holdfast: notify.patience is 9: is not known'],
    );
    const name = await start('T-2', '--set', 'notfy.maximumAttempts=9');
    assert.deepEqual(
      [name.exitCode, name.stderr],
      [2, 'holdfast: notfy is {"maximumAttempts":9}: is not known; did you mean notify?'],
    );
    // Nothing was started: the id is free.
    assert.equal((await holdfast(['status', 'T-2'])).exitCode, 4);
  });

  test('a name that no worker serves is told, when waited for and by status', async () => {
    const started = await holdfast(['start', 'archive', '--input', '{}', '--id', 'T-4', '--wait']);
    assert.deepEqual(
      [started.exitCode, started.stderr],
      [
        3,
        'T-4: started\nholdfast: T-4 cannot go on: the worker of holdfast has no workflow archive; it goes on with a worker that can',
      ],
    );
    const status = await holdfast(['status', 'T-4']);
    assert.match(status.stdout, /^T-4 {2}retrying\n/);
    assert.match(status.stdout, /^ {2}last {7}the worker of holdfast has no workflow archive$/m);
  });
});

describe('an own policy', () => {
  test('is shown by the worker that has it, with the overrides of file and flag', async () => {
    await writeFile(join(folder, 'policies.json'), '{ "notify": { "requestTimeoutMs": 5000 } }');
    const { stdout } = await holdfast(['policy', 'notify', '--policies', 'policies.json']);
    assert.equal(
      stdout.split('\n')[0],
      'notify: at most 2 attempts; waits 10 ms × 2 up to 30 s, jitter 0 %',
    );
    assert.match(stdout, /attempt {6}ends after 5 s without an answer/);
    const { notify } = await json('policy', 'notify', '--set', 'notify.maximumAttempts=3');
    assert.equal(notify.policy.maximumAttempts, 3);
    assert.equal(notify.forecast.maximumRequests, 3);
  });

  test('that no application has is told with those that there are', async () => {
    const { exitCode, stderr } = await holdfast(['policy', 'notfy']);
    assert.deepEqual(
      [exitCode, stderr],
      [
        2,
        'holdfast: there is no policy notfy; known are database, message, model, notify, payment, ticket; did you mean notify?',
      ],
    );
  });

  test('with a mistake, or without a worker, is a sentence', async () => {
    const wrong = await holdfast(['policy', 'notify', '--set', 'notify.patience=9']);
    assert.deepEqual(
      [wrong.exitCode, wrong.stderr],
      [2, 'holdfast: notify.patience is 9: is not known'],
    );
    const env = { TEMPORAL_ADDRESS: address, HOLDFAST_TASK_QUEUE: 'nobody' };
    const unserved = await runHoldfast(['policy', 'notify'], { env, cwd: folder });
    assert.deepEqual(
      [unserved.exitCode, unserved.stderr],
      [
        3,
        "holdfast: notify is no policy of the catalogue (model, database, payment, ticket, message), and an application's own are asked of its worker: no worker serves nobody-effects, and only a worker can answer this",
      ],
    );
  });

  test('rules its effect: from the file, by --set, and at a resume', async () => {
    fault = down;
    const before = crm.requests.length;
    await start('T-5', '--policies', 'policies.json', '--set', 'notify.maximumAttempts=1');
    const parked = await parkedAs('T-5');
    assert.deepEqual(
      [parked.type, parked.step, parked.policy, crm.requests.length - before],
      ['Overloaded', 'notify', 'notify', 1],
    );
    const other = await holdfast(['resume', 'T-5', '--set', 'payment.maximumAttempts=5']);
    assert.deepEqual(
      [other.exitCode, other.stderr],
      [2, 'holdfast: the parked step is ruled by notify, not by payment'],
    );
    const wrong = await holdfast(['resume', 'T-5', '--set', 'notify.jitter=2']);
    assert.match(wrong.stderr, /^holdfast: --set notify\.jitter: Too big/);
    fault = pass;
    const resumed = await holdfast(['resume', 'T-5', '--set', 'notify.maximumAttempts=5']);
    assert.deepEqual([resumed.exitCode, resumed.stderr], [0, '']);
    assert.match(resumed.stdout, /^T-5 goes on at notify: retry with maximumAttempts 5 by /);
    assert.equal((await holdfast(['result', 'T-5'])).exitCode, 0);
  });
});

describe('an own effect that nobody knows the outcome of', () => {
  const key = 'default/T-6:notify';
  before(async () => {
    fault = nonsense;
    await start('T-6');
    await parkedAs('T-6');
    fault = pass;
  });

  test('ends the waiting of the library where that was asked for', async (t) => {
    const env = { TEMPORAL_ADDRESS: address, HOLDFAST_TASK_QUEUE: 'nobody' };
    Object.assign(process.env, env);
    t.after(() => Object.keys(env).forEach((name) => void delete process.env[name]));
    const library = await connect();
    t.after(() => library.close());
    const ticket = { text: 'It is dark' };
    const attached = await library.start<typeof triage>('triage', ticket, { id: 'T-6' });
    await assert.rejects(attached.result({ onPark: 'throw' }), {
      kind: 'parked',
      message: 'T-6 waits for a person (EffectUnknown); see `holdfast status T-6`',
    });
    // What the library starts is on the queue that commands start on.
    await library.start<typeof triage>('triage', ticket, { id: 'T-6b' });
    const handle = library.client.workflow.getHandle('T-6b');
    assert.equal((await handle.describe()).taskQueue, 'nobody');
    await handle.terminate();
  });

  test('is listed where one looks: parked, watch, effects, explain', async () => {
    const parked = await until(async () => {
      const { stdout } = await holdfast(['parked']);
      return stdout.includes('T-6') ? stdout : undefined;
    });
    assert.match(parked, /^T-6 {2}EffectUnknown at notify\n/m);
    assert.match(parked, /holdfast effects resolve default\/T-6:notify --happened --result JSON/);
    const listed = await json('effects', '--workflow', 'T-6');
    assert.deepEqual(
      listed.effects.map(({ effect, state }: { effect: string; state: string }) => [effect, state]),
      [
        ['notify', 'unknown'],
        ['saveSummary', 'succeeded'],
      ],
    );
    const shown = await holdfast(['effects', 'show', key]);
    assert.match(shown.stdout, /^default\/T-6:notify {2}unknown\n {2}workflow {2}T-6\n/);
    const explained = await holdfast(['explain', 'T-6']);
    assert.match(explained.stdout, /notify/);
    assert.match(explained.stdout, /EffectUnknown/);
  });

  test('watch without ids shows it among all that run', async () => {
    const watching = startHoldfast(['watch'], { env: { TEMPORAL_ADDRESS: address } });
    await new Promise<void>((resolve) => {
      watching.stdout?.on('data', (lines) => / T-6 parked/.test(String(lines)) && resolve());
    });
    watching.kill('SIGINT');
    await watching;
  });

  test('is resolved with a result that fits its own schema, and nothing else', async () => {
    const watching = holdfast(['watch', 'T-1', 'T-6']);
    const wrong = await holdfast(['effects', 'resolve', key, '--happened', '--result', '{"id":7}']);
    assert.deepEqual(
      [wrong.exitCode, wrong.stderr],
      [2, 'holdfast: InvalidRequest by ledger (the result does not fit notify: id)'],
    );
    const args = ['effects', 'resolve', key, '--happened', '--result', '{"id":"thing-by-hand"}'];
    const resolved = await holdfast(args);
    assert.equal(resolved.exitCode, 0, resolved.stderr);
    assert.match(resolved.stdout, /^default\/T-6:notify is succeeded, .*; T-6 goes on$/);
    const { noted } = JSON.parse((await holdfast(['result', 'T-6'])).stdout);
    assert.equal(noted, 'thing-by-hand');
    const { stdout, exitCode } = await watching;
    assert.equal(exitCode, 0);
    assert.match(stdout, /^\d\d:\d\d:\d\d T-6 done: done: saveSummary notify$/m);
  });

  test('explain says of what was cancelled what it did, and what it may have done', async () => {
    fault = nonsense;
    await start('T-7');
    await parkedAs('T-7');
    const cancelled = await holdfast(['cancel', 'T-7']);
    fault = pass;
    assert.match(cancelled.stdout, /may have happened: default\/T-7:notify/);
    const { stdout } = await holdfast(['explain', 'T-7']);
    const text = stdout.replace(/\s+/g, ' ');
    assert.match(
      text,
      /T-7 cancelled .* done before: saveSummary; may have happened: default\/T-7:notify/,
    );
  });

  test('reconcile says that nothing was compared, which is no all-clear: its target lists nothing', async () => {
    const { exitCode, stdout } = await holdfast(['effects', 'reconcile']);
    assert.equal(exitCode, 1);
    assert.match(stdout, /^Nothing was compared: no effect of this worker has a target that lists/);
  });
});
