import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { sandboxProvider } from '../../../dev/demo/worker-environment.ts';
import { startWorker } from '../../../dev/demo/worker-process.ts';
import { startModelProvider } from '../../../dev/sandbox/model-provider.ts';
import { startDevServer } from '../../../dev/servers/index.ts';
import { resolvePolicies, startComplete, startWorkflow } from '../../../src/client.ts';
import { freePort } from '../../../src/servers/free-port.ts';
import type { JsonObject } from '../../../src/wire/json.ts';
import { failureOf } from '../../support/failure-of.ts';
import { until } from '../../support/until.ts';
import type { askAll } from './workflows.ts';

// One worker process, one dev server, and many activities under way while five answers and schemas do
// what they can to stop it. With 500: `HOSTILE_CALLS=500 npm test -- test/durable/hostile`.

const perWorkflow = 50;
const calls = Number(process.env.HOSTILE_CALLS ?? 100);

const tree: JsonObject = {
  type: 'object',
  properties: { left: { $ref: '#' } },
  required: ['left'],
};
const choice = (next: number) => ({ $ref: `#/$defs/d${next}` });
const doubling: JsonObject = {
  $ref: '#/$defs/d0',
  $defs: Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => [
      `d${at}`,
      at === 39 ? { type: 'object', required: ['x'] } : { anyOf: [choice(at + 1), choice(at + 1)] },
    ]),
  ),
};
const numbers = JSON.stringify([...Array(100_000).keys()]);

// biome-ignore format: a table is read by its columns
/** What is asked for, what is answered, and what comes of it, by the name of the model. */
const hostile: Readonly<Record<string, readonly [schema: JsonObject, answer: string, type: string, why: RegExp]>> = {
  recursive: [tree, `${'{"left":'.repeat(60)}1${'}'.repeat(60)}`, 'SchemaMismatch', /left/],
  doubling: [doubling, '1', 'SchemaRejected', /compiling took more than a second/],
  unique: [{ type: 'array', uniqueItems: true }, numbers, 'SchemaRejected', /checking took more than a second/],
  deep: [{}, `${'['.repeat(12_000)}${']'.repeat(12_000)}`, 'SchemaMismatch', /nested too deep/],
  large: [{}, `["${'x'.repeat(2_000_000)}`, 'SchemaMismatch', /unclosed string/],
};

const heartbeatTimeoutMs = 5000;

test(`${calls} calls in flight and five hostile ones: no heartbeat is missed, the main thread is free`, async (t) => {
  const cleanups = new AsyncDisposableStack();
  t.after(() => cleanups.disposeAsync());
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-hostile-'));
  cleanups.defer(() => rm(folder, { recursive: true }));
  const allHere = Promise.withResolvers<void>();
  const answerGood = Promise.withResolvers<void>();
  let good = 0;
  const provider = await startModelProvider({
    async answer({ model }) {
      const [, answer] = hostile[model] ?? [];
      if (answer !== undefined) return answer;
      good += 1;
      if (good === calls) allHere.resolve();
      await answerGood.promise;
      return 'hello';
    },
  });
  cleanups.defer(() => provider.stop());
  const server = await startDevServer({ isHeadless: true });
  cleanups.defer(() => server.stop());
  const logFile = path.join(folder, 'worker.log');
  const providersFile = path.join(folder, 'providers.json');
  const { baseUrl } = provider;
  await writeFile(providersFile, JSON.stringify([{ ...sandboxProvider, baseUrl }]));
  const metrics = `127.0.0.1:${await freePort()}`;
  const worker = await startWorker(
    {
      env: {
        PATH: process.env.PATH,
        TEMPORAL_ADDRESS: server.address,
        HOLDFAST_LEDGER: path.join(folder, 'ledger.db'),
        HOLDFAST_PROVIDERS: providersFile,
        HOLDFAST_METRICS_ADDRESS: metrics,
        OPENAI_API_KEY: 'sk-test',
      },
      cwd: folder,
      logFile,
      program: fileURLToPath(new URL('./worker.ts', import.meta.url)),
    },
    () => {},
  );
  cleanups.defer(() => worker.stop());
  const connection = await Connection.connect({ address: server.address });
  cleanups.defer(() => connection.close());
  const client = new Client({ connection, namespace: server.namespace });
  const heartbeats = async () => {
    const text = await (await fetch(`http://${metrics}/metrics`)).text();
    const line = /^temporal_request\{[^}]*"RecordActivityTaskHeartbeat"[^}]*\} (\d+)$/m;
    return Number(line.exec(text)?.[1] ?? 0);
  };

  const policies = resolvePolicies({ model: { heartbeatTimeoutMs, maximumRepairs: 0 } });
  // Each model has a gate of its own, and a new gate lets twenty calls go.
  const models = Array.from({ length: perWorkflow / 2 }, (_, index) => `openai:model-${index}`);
  const asked = await Promise.all(
    Array.from({ length: calls / perWorkflow }, (_, index) =>
      startWorkflow<typeof askAll>(client, 'askAll', models, { id: `good-${index}`, policies }),
    ),
  );
  await allHere.promise;
  const [fromMs, before] = [Date.now(), await heartbeats()];
  await Promise.all(
    Object.entries(hostile).map(async ([name, [schema, , type, why]]) => {
      const messages = [{ role: 'user', content: 'Go on' }] as const;
      const request = { model: `openai:${name}`, messages, schema };
      const { handle } = await startComplete(client, { request, policies }, { id: name });
      const failure = await failureOf(handle.result());
      assert.equal(failure.type, type, failure.message);
      assert.match(failure.message, why);
    }),
  );
  const toMs = Date.now();
  // Each is in flight for longer than it could be without a heartbeat.
  await until(async () => {
    const beats = (await heartbeats()) - before;
    const lastedMs = Date.now() - fromMs;
    return lastedMs > heartbeatTimeoutMs + 1000 && beats > 2 * calls ? true : undefined;
  });
  answerGood.resolve();
  for (const { handle } of asked) assert.equal(await handle.result(), perWorkflow);
  assert.equal(provider.requests.length, calls + 4, 'one is refused before it is sent');
  const log = (await readFile(logFile, 'utf8'))
    .split('\n')
    .filter((line) => line.includes('thread.kept'));
  const kept = log.map((line) => JSON.parse(line) as { keptMs: number; atMs: number });
  const tooLong = kept.filter(({ keptMs, atMs }) => keptMs >= 50 && atMs >= fromMs && atMs <= toMs);
  assert.deepEqual(tooLong, []);
});
