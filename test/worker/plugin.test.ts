import '../support/quiet-runtime.ts';
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { readWorkerLog } from '../../dev/demo/worker-log.ts';
import { startWorker } from '../../dev/demo/worker-process.ts';
import { startKeyedEndpoint } from '../../dev/sandbox/keyed-endpoint.ts';
import { rateLimited } from '../../dev/sandbox/model-faults.ts';
import { startModelProvider } from '../../dev/sandbox/model-provider.ts';
import { startDevServer } from '../../dev/servers/index.ts';
import type { ServerProcess } from '../../src/servers/server-process.ts';
import { holdfastPlugin } from '../../src/worker.ts';
import { app } from '../app/triage/app.ts';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { until } from '../support/until.ts';
import type { greet } from './own/workflows.ts';

// A user's own worker, with a workflow and an activity of its own, and all of Holdfast on its queue.

const cleanups = new AsyncDisposableStack();
after(() => cleanups.disposeAsync());
let client: Client;
let worker: ServerProcess;
let ledgerFile: string;
let logFile: string;
let env: Record<string, string>;
let isLimited = false;

before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-plugin-'));
  cleanups.defer(() => rm(folder, { recursive: true }));
  const { address, stop } = await startDevServer({ isHeadless: true });
  cleanups.defer(stop);
  const connection = await Connection.connect({ address });
  cleanups.defer(() => connection.close());
  client = new Client({ connection });
  const model = await startModelProvider({
    answer: () => '{"summary":"no light","urgency":"high"}',
    faults: () => (isLimited ? rateLimited({ retryAfterSeconds: 60 }) : { kind: 'pass' }),
  });
  cleanups.defer(() => model.stop());
  const crm = await startKeyedEndpoint();
  cleanups.defer(() => crm.stop());
  ledgerFile = join(folder, 'ledger.db');
  logFile = join(folder, 'worker.log');
  env = {
    TEMPORAL_ADDRESS: address,
    HOLDFAST_TASK_QUEUE: 'mine',
    HOLDFAST_LEDGER: ledgerFile,
    HOLDFAST_ALLOW_PRIVATE_TARGETS: 'true',
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: model.baseUrl,
    CRM_URL: crm.origin,
  };
  worker = await startWorker(
    {
      env: { PATH: process.env.PATH, ...env },
      cwd: folder,
      logFile,
      program: fileURLToPath(new URL('./own/worker.ts', import.meta.url)),
    },
    (started) => cleanups.defer(() => started.stop()),
  );
});

const holdfast = (...args: string[]) => runHoldfast(args, { env });
const start = (id: string, ...more: string[]) =>
  holdfast('start', 'triage', '--input', '{"text":"It is dark"}', '--id', id, ...more);

test('a question and two effects, on the queue of a worker that serves other things too', async () => {
  const [greeting, triaged] = await Promise.all([
    client.workflow.execute<typeof greet>('greet', {
      ...{ taskQueue: 'mine', workflowId: 'greet-1', args: ['Ada'] },
    }),
    start('T-1', '--wait'),
  ]);
  assert.equal(greeting, 'hello Ada');
  assert.deepEqual(JSON.parse(triaged.stdout || triaged.stderr), {
    id: 'T-1',
    summary: 'no light',
    urgency: 'high',
    noted: 'thing-1',
  });
  const { events } = await client.workflow.getHandle('T-1').fetchHistory();
  const queues = events?.flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
    scheduled ? [`${scheduled.activityType?.name} on ${scheduled.taskQueue?.name}`] : [],
  );
  assert.deepEqual(queues, ['callModel on mine', 'saveSummary on mine', 'notify on mine']);
});

test('every command that asks a worker asks this one', async () => {
  const explained = await holdfast('explain', 'T-1', '--json');
  assert.deepEqual(
    JSON.parse(explained.stdout || explained.stderr).attempts.map(
      ({ step, outcome }: Record<string, string>) => `${step} ${outcome}`,
    ),
    ['summarise answered', 'saveSummary done', 'notify done'],
  );
  const { stdout, stderr } = await holdfast('effects', '--workflow', 'T-1', '--json');
  assert.deepEqual(
    JSON.parse(stdout || stderr)
      .effects.map(({ key }: { key: string }) => key)
      .sort(),
    ['default/T-1:notify', 'default/T-1:saveSummary'],
  );
  const policy = await holdfast('policy', 'notify');
  assert.match(policy.stdout, /^notify: at most 2 attempts/, policy.stderr);
  const completed = await holdfast(
    ...['start', 'complete', 'Say hello', '--model', 'openai:gpt-4o-mini', '--wait'],
  );
  assert.match(completed.stdout, /no light/, completed.stderr);
});

test("an activity of the name of one of Holdfast's is refused, and a second worker too", async () => {
  Object.assign(process.env, env, { HOLDFAST_LEDGER: `${ledgerFile}.other` });
  const plugin = holdfastPlugin({ app });
  const options = { taskQueue: 'other', activities: { notify() {} }, plugins: [plugin] };
  await assert.rejects(Worker.create(options), {
    name: 'InvalidApp',
    message:
      "the activity notify of this worker has the name of one of Holdfast's; give it another",
  });
  assert.ok(!existsSync(`${ledgerFile}.other-wal`), 'closed');
  await assert.rejects(Worker.create({ taskQueue: 'other', plugins: [plugin] }), {
    message: 'a plugin of Holdfast serves one worker; make another one',
  });
});

test('a signal ends it at once, calls that are held included, and the ledger is closed', async () => {
  isLimited = true;
  await start('T-2');
  await until(
    async () =>
      readWorkerLog(logFile).some((line) => line.failureType === 'RateLimited') || undefined,
  );
  await start('T-3');
  await until(async () => {
    const { gates } = JSON.parse((await holdfast('providers', '--json')).stdout);
    return gates[0]?.waiting > 0 || undefined;
  });
  assert.ok(existsSync(`${ledgerFile}-wal`));
  const fromMs = performance.now();
  await worker.stop('SIGTERM');
  assert.ok(performance.now() - fromMs < 8000, 'not killed');
  assert.equal(readWorkerLog(logFile).at(-1)?.event, 'worker.stopped');
  assert.ok(!existsSync(`${ledgerFile}-wal`), 'closed');
  const database = new DatabaseSync(ledgerFile);
  database.exec('begin exclusive');
  database.close();
});
