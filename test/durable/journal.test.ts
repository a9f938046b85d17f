import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, type TestContext, test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { demoFiles, workerEnvironment } from '../../dev/demo/worker-environment.ts';
import { startWorker } from '../../dev/demo/worker-process.ts';
import { faultPlan } from '../../dev/sandbox/fault-plan.ts';
import { startSandbox } from '../../dev/sandbox/index.ts';
import { overloaded, rateLimited, text } from '../../dev/sandbox/model-faults.ts';
import { cut, hang, reset } from '../../dev/sandbox/wire-fault.ts';
import { type DevServer, startDevServer } from '../../dev/servers/index.ts';
import { startPostgres } from '../../dev/servers/postgres.ts';
import { summarize } from '../../src/cli/explain/summarize.ts';
import { explainWorkflow } from '../../src/client/explain.ts';
import { listProviders } from '../../src/client/providers.ts';
import { startComplete } from '../../src/client/start.ts';
import { type PolicyOverrides, resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { freePort } from '../../src/servers/free-port.ts';
import type { ServerProcess } from '../../src/servers/server-process.ts';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { failureOf } from '../support/failure-of.ts';
import { paidAnswer } from '../support/paid-answer.ts';
import { until } from '../support/until.ts';

const secrets = ['PROMPT-SECRET', 'ANSWER-SECRET', 'sk-KEY-SECRET'];
const schema = {
  type: 'object',
  properties: { word: { type: 'string' } },
  required: ['word'],
};
const overrides: PolicyOverrides['model'] = {
  initialIntervalMs: 50,
  maximumIntervalMs: 200,
  requestTimeoutMs: 1500,
  heartbeatTimeoutMs: 2000,
  prices: {
    'openai:gpt-4o-mini': { inputPerMillion: '0.15', outputPerMillion: '0.60', currency: 'usd' },
  },
};

let server: DevServer;
let client: Client;
const cleanups = new AsyncDisposableStack();
before(async () => {
  server = await startDevServer({ isHeadless: true });
  cleanups.defer(() => server.stop());
  const connection = await Connection.connect({ address: server.address });
  cleanups.defer(() => connection.close());
  client = new Client({ connection, namespace: server.namespace });
});
after(() => cleanups.disposeAsync());

for (const store of ['SQLite', 'PostgreSQL'] as const) {
  test(`after a faulty run with a killed worker the journal has every request, on ${store}`, async (t) => {
    const world = await startWorld(t, store);
    const faulty = ['limited', 'down', 'slow', 'broken', 'repaired'];
    const results = await Promise.all(faulty.map((id) => world.start(id)));
    await Promise.all(results.map((handle) => handle.result()));
    const refused = await world.start('refused');
    assert.equal((await failureOf(refused.result())).type, 'ContentRejected');
    const [last, interrupted] = await Promise.all([
      world.start('last', { maximumAttempts: 1 }),
      world.start('killed'),
    ]);
    await world.killed;
    await world.restart();
    await interrupted.result();
    assert.equal((await failureOf(last.result())).type, 'WorkerLost');
    const ids = [...faulty, 'refused', 'last', 'killed'];

    // The killed worker's gate is there too, until it has been silent for half a minute.
    const idle = await until(async () =>
      (await world.providers()).gates.find(
        ({ ageMs, inFlight, waiting }) => ageMs < 10_000 && inFlight + waiting === 0,
      ),
    );
    assert.equal(idle.model, 'openai:gpt-4o-mini');
    assert.match(idle.worker, /^\d+@./);
    assert.match(
      await until(async () => {
        const text = await world.metrics();
        return text.includes('holdfast_gate_state') ? text : undefined;
      }),
      /^holdfast_gate_in_flight\{.*model="openai:gpt-4o-mini".*\} 0$/m,
    );

    for (const id of ids) {
      const { attempts, summary } = await world.explain(id);
      const requests = world.requests(id);
      const sent = attempts.filter((attempt) => attempt.sent === 'yes');
      assert.equal(sent.length, requests.length, `${id}: requests at the server == attempts sent`);
      assert.equal(summary.sent, requests.length);
      assert.deepEqual(
        sent.map(({ requestId }) => requestId).sort(),
        requests.map(({ requestId }) => requestId).sort(),
      );
    }
    for (const id of ids) {
      const { summary, status } = await world.explain(id);
      const { attempts, possiblyBilled = 0, usage, cost } = status?.progress ?? assert.fail(id);
      assert.deepEqual(
        { attempts, possiblyBilled, ...usage, cost: cost ?? {} },
        {
          attempts: summary.attempts,
          possiblyBilled: summary.possiblyBilled,
          inputTokens: summary.inputTokens,
          outputTokens: summary.outputTokens,
          cost: summary.cost,
        },
        `${id}: what the workflow counts for its budgets == what the journal has`,
      );
    }
    const outcomesOf = async (id: string) =>
      (await world.explain(id)).attempts.map(({ outcome, billing }) => `${outcome}: ${billing}`);
    assert.deepEqual(await outcomesOf('limited'), [
      'RateLimited: not billed',
      'RateLimited: not billed',
      'answered: billed',
    ]);
    // Three failures make it an outage, if no gate did: the fourth request is a probe, and no attempt.
    assert.ok((await world.explain('down')).summary.probes >= 1);
    assert.deepEqual(await outcomesOf('slow'), ['Timeout: possibly billed', 'answered: billed']);
    assert.deepEqual(await outcomesOf('refused'), ['ContentRejected: billed']);
    assert.deepEqual(await outcomesOf('last'), ['lost: possibly billed']);
    assert.deepEqual(await outcomesOf('killed'), ['lost: possibly billed', 'answered: billed']);
    const [limited] = (await world.explain('limited')).attempts;
    assert.equal(limited?.delaySource, 'Retry-After');
    assert.ok((limited?.delayMs ?? 0) >= 300);
    assert.match(limited?.providerRequestId ?? '', /./);
    assert.deepEqual(Object.keys((await world.explain('repaired')).summary.cost), ['usd']);

    const told = await world.explainAsText('killed');
    assert.match(told, new RegExp(`^${store}-killed {2}done$`, 'm'));
    assert.match(told, /^ {4}1 \+0\.\ds +░*▒+ +lost: its worker was killed$/m);
    assert.match(told, /^complete {2}openai:gpt-4o-mini$/m);

    const kept = `${await world.everythingKept()}${told}`;
    for (const secret of secrets) assert.ok(!kept.includes(secret), `${secret} was kept`);
    assert.ok(kept.includes(`${store}-killed/complete`));
  });
}

async function startWorld(t: TestContext, store: 'SQLite' | 'PostgreSQL') {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const postgres = store === 'PostgreSQL' ? await startPostgres() : undefined;
  t.after(() => postgres?.stop());
  // On the one server each store is a deployment of its own.
  const taskQueue = store;
  const scope = store.toLowerCase();
  const own = (id: string) => `${store}-${id}`;
  let worker: ServerProcess;
  let tellKilled = () => {};
  const killed = new Promise<void>((resolve) => {
    tellKilled = resolve;
  });
  const underWay = new Set<string>();
  const plan = faultPlan({
    [own('limited')]: [rateLimited({ retryAfterMs: 300 }), rateLimited({ retryAfterMs: 300 })],
    [own('down')]: [reset, overloaded, overloaded, overloaded],
    [own('slow')]: [hang],
    [own('broken')]: [cut],
    [own('repaired/complete')]: [text('{"word": 12}')],
    [own('refused')]: [paidAnswer({ content: null, refusal: 'ANSWER-SECRET' })],
  });
  const sandbox = await startSandbox({
    model: {
      answer: () => '{"word":"ANSWER-SECRET"}',
      faults: (context) => {
        const { requestId = '', nthForThisCall } = context;
        const isStruck = /-(killed|last)\//.test(requestId);
        if (!isStruck || nthForThisCall > 1) return plan(context);
        // Both have told the server that they are under way: a note needs a moment to arrive.
        if (underWay.add(requestId).size === 2) {
          setTimeout(() => void worker.stop('SIGKILL').then(tellKilled), 300);
        }
        return hang;
      },
    },
  });
  t.after(() => sandbox.stop());
  const files = demoFiles(folder);
  const metricsAddress = `127.0.0.1:${await freePort()}`;
  const env = {
    ...workerEnvironment(server, sandbox, files, process.env, false),
    HOLDFAST_PROVIDERS: '',
    HOLDFAST_TASK_QUEUE: taskQueue,
    HOLDFAST_SCOPES: scope,
    OPENAI_API_KEY: 'sk-KEY-SECRET',
    HOLDFAST_METRICS_ADDRESS: metricsAddress,
    ...(postgres && { DATABASE_URL: postgres.url }),
  };
  const restart = async () => {
    worker = await startWorker({ env, cwd: folder, logFile: files.workerLog }, () => {});
  };
  await restart();
  t.after(() => worker.stop());
  const place = { taskQueue, scope };
  const explainAsText = async (id: string) => {
    const { exitCode, stdout, stderr } = await runHoldfast(['explain', own(id)], {
      env: {
        TEMPORAL_ADDRESS: server.address,
        HOLDFAST_TASK_QUEUE: taskQueue,
        HOLDFAST_SCOPES: scope,
      },
    });
    assert.deepEqual([exitCode, stderr], [0, '']);
    return stdout;
  };
  return {
    providers: () => listProviders(client, place),
    killed,
    restart,
    start: async (id: string, model: PolicyOverrides['model'] = {}) => {
      const policies = resolvePolicies({ model: { ...overrides, ...model } });
      const messages = [{ role: 'user' as const, content: 'PROMPT-SECRET' }];
      const request = { model: 'openai:gpt-4o-mini', messages, schema };
      return (await startComplete(client, { request, policies }, { id: own(id), taskQueue }))
        .handle;
    },
    requests: (id: string) => sandbox.model.requestsFor(`${own(id)}/`),
    explain: async (id: string) => {
      const explanation = await explainWorkflow(client, own(id), place);
      const { attempts, status } = explanation;
      return { attempts, status, summary: summarize(explanation) };
    },
    explainAsText,
    metrics: async () => (await fetch(`http://${metricsAddress}/metrics`)).text(),
    /** All that the journal wrote: its table and what is in its folder. */
    everythingKept: async () => {
      const local = join(folder, 'journal');
      const names = await readdir(local);
      assert.ok(names.length > 0);
      const texts = await Promise.all(names.map((name) => readFile(join(local, name), 'latin1')));
      if (!postgres) return texts.join('') + sqliteAttempts(files.ledger);
      const database = new pg.Client({ connectionString: postgres.url });
      await database.connect();
      const { rows } = await database.query('select * from holdfast_attempt');
      await database.end();
      return texts.join('') + JSON.stringify(rows);
    },
  };
}

function sqliteAttempts(file: string): string {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare('select * from holdfast_attempt').all();
  database.close();
  return JSON.stringify(rows);
}
