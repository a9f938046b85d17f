import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { mostInASecond } from '../../dev/most-in-a-second.ts';
import { invalidApiKey, quotaExhausted } from '../../dev/sandbox/model-faults.ts';
import { type ModelProvider, startModelProvider } from '../../dev/sandbox/model-provider.ts';
import { pass } from '../../dev/sandbox/wire-fault.ts';
import { type DevServer, startDevServer } from '../../src/servers/dev-server.ts';
import type { ServerProcess } from '../../src/servers/server-process.ts';
import { runHoldfast, startHoldfast } from '../cli/run-holdfast.ts';
import { until } from '../support/until.ts';
import { startLibraryWorker } from './library-worker.ts';

/** Of `temporal.api.enums.v1`: `PENDING_ACTIVITY_STATE_STARTED` and `..._CANCEL_REQUESTED`. */
const [activityStarted, cancelRequested] = [2, 3];
const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-batch-manage-'));
const at = (name: string) => path.join(folder, name);
const cleanups = new AsyncDisposableStack();
let provider: ModelProvider;
let server: DevServer;
let client: Client;
let worker: ServerProcess;
let isEmpty = true;
let isKeyWrong = true;
/** The first lines of such a batch are answered, the others when the test says so. */
const held = new Map<string, PromiseWithResolvers<void>>(
  ['pausing', 'again', 'cancelling', 'low', 'frozen'].map((name) => [
    name,
    Promise.withResolvers(),
  ]),
);
const release = (name: string) => held.get(name)?.resolve();

before(async () => {
  provider = await startModelProvider({
    async answer({ messages }) {
      const text = messages.at(-1)?.text ?? '';
      const [name = '', nth] = text.split(' ');
      if (name === 'low' || Number(nth) > 8) await held.get(name)?.promise;
      await sleep(40);
      return `echo ${text}`;
    },
    faults({ body }) {
      const text = JSON.stringify(body);
      if (isKeyWrong && text.includes('keyless')) return invalidApiKey('sk-wrong');
      return isEmpty && text.includes('poor') ? quotaExhausted : pass;
    },
  });
  cleanups.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  cleanups.defer(() => provider.stop());
  const entry = { family: 'openai-compatible', baseUrl: provider.baseUrl };
  const providers = [
    { ...entry, name: 'p', maximumInFlight: 4 },
    { ...entry, name: 'one', maximumInFlight: 1 },
  ];
  writeFileSync(at('providers.json'), JSON.stringify(providers));
  server = await startDevServer({ isHeadless: true });
  cleanups.defer(() => server.stop('SIGKILL'));
  const connection = await Connection.connect({ address: server.address });
  cleanups.defer(() => connection.close());
  client = new Client({ connection });
  await connection.workflowService.registerNamespace({
    namespace: 'other',
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  worker = await startWorker();
});
after(() => cleanups.disposeAsync());

const environment = (namespace = 'default') => ({
  TEMPORAL_ADDRESS: server.address,
  TEMPORAL_NAMESPACE: namespace,
  HOLDFAST_PROVIDERS: at('providers.json'),
  HOLDFAST_LEDGER: at('ledger.db'),
});

async function startWorker(namespace?: string): Promise<ServerProcess> {
  const started = await startLibraryWorker(folder, environment(namespace));
  cleanups.defer(() => started.stop('SIGKILL'));
  return started;
}

/** The command that runs a batch of so many lines, and what it is given. */
function runOf(name: string, lines: number, flags: readonly string[] = [], namespace?: string) {
  const body = (nth: number) => ({
    model: name === 'low' ? 'one:m' : 'p:m',
    messages: [{ role: 'user', content: `${name} ${nth}` }],
  });
  const line = (nth: number) => ({
    ...{ custom_id: `${nth}`, method: 'POST', url: '/v1/chat/completions', body: body(nth) },
  });
  const texts = Array.from({ length: lines }, (_, nth) => JSON.stringify(line(nth + 1)));
  writeFileSync(at(`${name}.jsonl`), texts.join('\n'));
  const args = ['batch', 'run', `${name}.jsonl`, '--out', name, '--concurrency', '4', ...flags];
  return [args, { cwd: folder, env: environment(namespace), timeoutMs: 100_000 }] as const;
}
const run = (...of: Parameters<typeof runOf>) => runHoldfast(...runOf(...of));
/** In a process of its own, which Ctrl-C can end. */
const runAlone = (name: string, lines: number) => startHoldfast(...runOf(name, lines));

const tell = (...args: string[]) =>
  runHoldfast(['batch', ...args], { cwd: folder, env: environment() });
const statusOf = async (name: string) =>
  JSON.parse((await tell('status', name, '--json')).stdout) as Record<string, unknown>;
const requests = (name: string) => provider.requestsFor(`batch-${name}-`);
const answers = (name: string) => requests(name).filter(({ status }) => status === 200).length;
const untilSent = (name: string, count: number) =>
  until(async () => requests(name).length >= count || undefined);
/** A worker hears of a pause, or of a cancellation, with its next heartbeat: every two seconds. */
const untilHeard = () => sleep(3500);
const untilIt = (name: string, state: string) =>
  until(async () => (await statusOf(name)).state === state || undefined);
const outOf = (name: string) =>
  readFileSync(at(`${name}/output.jsonl`), 'utf8')
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text).custom_id as string);
/** What `--json` ends with. */
const accountIn = (stdout: string) => JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
const oneTo = (count: number) => Array.from({ length: count }, (_, nth) => `${nth + 1}`);

test('paused, nothing is sent; Ctrl-C ends only the command; resumed, the rest is sent once', async () => {
  const running = runAlone('pausing', 40);
  await untilSent('pausing', 12);
  const paused = await tell('pause', 'pausing');
  assert.match(paused.stdout, /^batch-pausing-\w+ paused: what is under way ends$/, paused.stderr);
  await untilHeard();
  release('pausing');
  await untilIt('pausing', 'paused');
  assert.match((await tell('status', 'pausing')).stdout, /: paused\n/);
  running.kill('SIGINT');
  const { exitCode, stderr } = await running;
  assert.equal(exitCode, 130, stderr);
  assert.match(stderr, /What is under way ends; the same command goes on\./);
  assert.deepEqual([requests('pausing').length, answers('pausing')], [12, 12]);

  assert.match((await tell('resume', 'pausing')).stdout, /goes on$/);
  await untilIt('pausing', 'ended');
  const { answered, attempts, possiblyBilled } = await statusOf('pausing');
  assert.deepEqual([answered, attempts, possiblyBilled], [40, 40, 0]);
  const again = await run('pausing', 40);
  assert.equal(again.exitCode, 0, again.stderr);
  assert.deepEqual([outOf('pausing'), requests('pausing').length], [oneTo(40), 40]);
  const late = await tell('pause', 'pausing');
  assert.equal(late.exitCode, 2);
  assert.match(late.stderr, /batch-pausing-\w+ does not run: it is completed/);
});

test('a batch that was paused goes on with the same command', async () => {
  const first = runAlone('again', 30);
  await untilSent('again', 12);
  assert.equal((await tell('pause', 'again')).exitCode, 0);
  first.kill('SIGINT');
  assert.equal((await first).exitCode, 130);
  release('again');
  assert.equal((await run('again', 30)).exitCode, 0);
  assert.deepEqual([outOf('again'), requests('again').length], [oneTo(30), 30]);
});

test('cancelled, what has ended is kept; the same command sends the rest', async () => {
  const running = run('cancelling', 40);
  await untilSent('cancelling', 12);
  // It waits for what is under way.
  const cancelled = tell('cancel', 'cancelling');
  const { id } = await statusOf('cancelling');
  await until(async () => {
    const { raw } = await client.workflow.getHandle(String(id)).describe();
    return raw.pendingActivities?.some(({ state }) => state === cancelRequested) || undefined;
  });
  await untilHeard();
  release('cancelling');
  assert.match((await cancelled).stdout, / cancelled: what has ended is kept/);
  const { exitCode, stdout } = await running;
  assert.equal(exitCode, 1);
  assert.match(stdout, /^cancelled, 12 answered, 0 failed, 12 requests/);
  const { state, answered } = await statusOf('cancelling');
  assert.deepEqual([state, answered, outOf('cancelling')], ['cancelled', 12, oneTo(12)]);
  const rest = await run('cancelling', 40);
  assert.equal(rest.exitCode, 0, rest.stderr);
  assert.deepEqual([outOf('cancelling'), requests('cancelling').length], [oneTo(40), 40]);
});

test('an empty account parks the batch, and status and list say so, and what goes on', async () => {
  const parked = await run('poor', 12);
  assert.equal(parked.exitCode, 6, parked.stderr);
  const shown = (await tell('status', 'poor')).stdout;
  assert.match(shown, /^batch-poor-\w+: parked\nNo line goes on, .*: QuotaExhausted: /);
  assert.match(shown, /`holdfast batch run` again, or `holdfast batch resume poor`/);
  assert.match((await tell('list')).stdout, /batch-poor-\w+ +parked /);
  const { state, parked: why, answered } = await statusOf('poor');
  assert.deepEqual([state, answered], ['parked', 0]);
  assert.match(String(why), /^QuotaExhausted: 429 QuotaExhausted by p/);
  isEmpty = false;
  assert.match((await tell('resume', 'poor')).stdout, /goes on$/);
  await untilIt('poor', 'ended');
  assert.deepEqual([answers('poor'), (await statusOf('poor')).parked], [12, undefined]);
});

test('a wrong key fails no line; the same command goes on, as it is then asked to', async () => {
  const refused = await run('keyless', 12);
  assert.equal(refused.exitCode, 6, refused.stderr);
  assert.match(refused.stderr, /InvalidCredentials/);
  assert.equal(existsSync(at('keyless/output.jsonl')), false);
  isKeyWrong = false;
  const price = { inputPerMillion: '1000', outputPerMillion: '1000', currency: 'usd' };
  const priced = ['--json', '--set', `model.prices=${JSON.stringify({ 'p:m': price })}`];
  const { exitCode, stdout, stderr } = await run('keyless', 12, priced);
  assert.equal(exitCode, 0, stderr);
  const { answered, failed, costNano, inputTokens, outputTokens } = accountIn(stdout);
  assert.deepEqual([answered, failed], [12, 0]);
  // What was asked for after the park rules from there on, its prices too.
  assert.ok(costNano > 0);
  assert.equal(costNano, (inputTokens + outputTokens) * 1e6);
});

test('--max-rate is kept', async () => {
  const limited = await run('rated', 25, ['--max-rate', '600']);
  assert.equal(limited.exitCode, 0, limited.stderr);
  const times = requests('rated').map(({ receivedAtMs }) => receivedAtMs);
  assert.equal(times.length, 25);
  // Ten a second; one that was late may come with the next one.
  const most = mostInASecond(times);
  assert.ok(most <= 12, `${most} in a second`);
});

test('with --priority low, other calls of a worker go first', async () => {
  const running = run('low', 6, ['--priority', 'low']);
  await untilSent('low', 1);
  const ids = ['live-1', 'live-2', 'live-3'];
  for (const id of ids) {
    const args = ['start', 'complete', 'Hello', '--id', id, '--model', 'one:m'];
    const begun = await runHoldfast(args, { cwd: folder, env: environment() });
    assert.equal(begun.exitCode, 0, begun.stderr);
  }
  // All of them wait at the gate, behind the one line that is under way.
  for (const id of ids) {
    await until(async () => {
      const { raw } = await client.workflow.getHandle(id).describe();
      return raw.pendingActivities?.some(({ state }) => state === activityStarted) || undefined;
    });
  }
  await sleep(300);
  release('low');
  const { exitCode, stderr } = await running;
  assert.equal(exitCode, 0, stderr);
  const order = provider.requests
    .map(({ requestId = '' }) => /^(live|batch-low)-/.exec(requestId)?.[1])
    .filter((kind) => kind !== undefined);
  assert.deepEqual(order.slice(0, 5), ['batch-low', 'live', 'live', 'live', 'batch-low']);
});

test('a worker that was frozen sends nothing when it comes back, and another namespace waited', async () => {
  const frozen = run('frozen', 60);
  await untilSent('frozen', 12);
  process.kill(worker.pid, 'SIGSTOP');
  await startWorker('other');
  // Said nothing for 30 seconds, it is taken over: what was under way is sent again.
  const other = run('frozen', 60, [], 'other');
  await untilSent('frozen', 16);
  process.kill(worker.pid, 'SIGCONT');
  release('frozen');
  const { exitCode, stderr } = await other;
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /another Temporal server or namespace runs lines of this batch/);
  const { possiblyBilled, attempts } = await statusOf('frozen');
  assert.deepEqual([possiblyBilled, attempts, requests('frozen').length], [4, 64, 64]);
  assert.deepEqual(outOf('frozen'), oneTo(60));
  const elsewhere = await frozen;
  assert.equal(elsewhere.exitCode, 0, elsewhere.stderr);
  assert.equal(requests('frozen').length, 64);
});
