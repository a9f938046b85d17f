import '../support/quiet-runtime.ts';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { pino } from 'pino';
import { type ModelProvider, startModelProvider } from '../../dev/sandbox/model-provider.ts';
import { startDevServer } from '../../dev/servers/index.ts';
import { createCallActivities } from '../../src/activities/create-activities.ts';
import { createRulesActivity } from '../../src/activities/create-rules-activity.ts';
import { createAttemptCall } from '../../src/calls/attempt-call.ts';
import { createAttemptLog } from '../../src/calls/attempt-log.ts';
import { createGates, type Gates } from '../../src/calls/gate/gates.ts';
import { createProviders } from '../../src/calls/provider/providers.ts';
import { startComplete } from '../../src/client/start.ts';
import { workflowStatus } from '../../src/client/status.ts';
import { orders } from '../../src/orders/app.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { createWorkers } from '../../src/worker/create-workers.ts';
import { registerSearchAttributes } from '../../src/worker/register-search-attributes.ts';
import { until } from '../support/until.ts';

const taskQueue = 'histories';
const model = 'openai:gpt-4o-mini';
const mostBytes = 6 * 1024 * 1024;
const mostEvents = 130;
/**
 * How often a call is sent back: so often that its requests, all in one history, would be too large
 * or too many for the server. A short one as often as in an outage of half a day.
 */
const sentBackOf = (call: string) =>
  call.startsWith('large-1000000/') ? 8 : call.startsWith('ten-1/') ? 5 : 14;

/** Gates that send each call back again and again: the sleeps of hours, scaled to milliseconds. */
function closedForLong(): Gates {
  const entered = new Map<string, number>();
  return {
    ...createGates(),
    enter: async ({ call = '' }) => {
      const count = (entered.get(call) ?? 0) + 1;
      entered.set(call, count);
      if (count > sentBackOf(call)) return { kind: 'go', pass: { ended() {} } };
      const held = { gate: model, reason: 'is down' };
      if (call.startsWith('watched-')) {
        return { kind: 'deferred', delayMs: 90_000, held, downForMs: 1000 };
      }
      return { kind: 'deferred', delayMs: 20, held, downForMs: 1000 };
    },
  };
}

describe('on a server that ends histories which grow too large', () => {
  const cleanups = new AsyncDisposableStack();
  let client: Client;
  let provider: ModelProvider;

  before(async () => {
    const server = await startDevServer({
      isHeadless: true,
      dynamicConfig: [
        `limit.historySize.error=${mostBytes}`,
        `limit.historyCount.error=${mostEvents}`,
      ],
    });
    cleanups.defer(() => server.stop());
    const { address, namespace } = server;
    const clientConnection = await Connection.connect({ address });
    cleanups.defer(() => clientConnection.close());
    client = new Client({ connection: clientConnection, namespace });
    await registerSearchAttributes(clientConnection, namespace);
    const connection = await NativeConnection.connect({ address });
    cleanups.defer(() => connection.close());
    provider = await startModelProvider({ answer: () => 'hello' });
    cleanups.defer(() => provider.stop());
    const log = pino({ level: 'silent' });
    const openai = { name: 'openai', family: 'openai', apiKey: 'sk-test' } as const;
    const workers = await createWorkers({
      ...{ connection, namespace, taskQueue, debugMode: true, shutdownGraceMs: 100 },
      workflowsPath: fileURLToPath(new URL('./parallel-asks.ts', import.meta.url)),
      rules: createRulesActivity({ app: orders, scope: 'default', ledgerName: 'none' }),
      calls: createCallActivities({
        attemptCall: createAttemptCall({
          providers: createProviders([{ ...openai, baseUrl: provider.baseUrl }]),
          scope: 'default',
          log,
        }),
        attemptLog: createAttemptLog(log),
        gates: closedForLong(),
        random: Math.random,
      }),
    });
    const done = workers.run();
    cleanups.defer(async () => {
      workers.shutdown();
      await done;
    });
  });
  after(() => cleanups.disposeAsync());

  /** Sizes of all runs under an id, and of their children. */
  async function runsOf(id: string) {
    const runs: { readonly bytes: number; readonly events: number }[] = [];
    for await (const run of client.workflow.list({ query: `WorkflowId STARTS_WITH "${id}"` })) {
      const handle = client.workflow.getHandle(run.workflowId, run.runId);
      const { historySize = 0, historyLength } = await handle.describe();
      runs.push({ bytes: historySize, events: historyLength });
    }
    return runs;
  }

  for (const [what, characters, leastRuns] of [
    ['a prompt of 1 MB', 1_000_000, 6],
    ['a short prompt', 100, 2],
  ] as const) {
    test(`${what} is answered after a long outage, and no run of it is large`, async () => {
      const id = `large-${characters}`;
      const { handle } = await startComplete(
        client,
        {
          request: { model, messages: [{ role: 'user', content: 'x'.repeat(characters) }] },
          policies: resolvePolicies({}),
        },
        { id, taskQueue },
      );
      const { value, attempts, requestIds } = await handle.result();
      assert.deepEqual([value, attempts, requestIds], ['hello', 1, [`${id}/complete`]]);
      assert.equal(provider.requestsFor(`${id}/`).length, 1);
      const runs = await runsOf(id);
      assert.ok(runs.length >= leastRuns, `${runs.length} runs`);
      for (const { bytes, events } of runs) {
        assert.ok(bytes < 3_500_000 && events < 130, `${bytes} bytes, ${events} events`);
      }
    });
  }

  test('a workflow with ten questions of 200 KB at once has all its answers', async () => {
    const handle = await client.workflow.start('tenQuestions', {
      ...{ workflowId: 'ten-1', taskQueue },
      args: [200_000],
    });
    const { answers, attempts } = (await handle.result()) as {
      readonly answers: readonly string[];
      readonly attempts: number;
    };
    assert.deepEqual([answers, attempts], [Array.from({ length: 10 }, () => 'hello'), 10]);
    // The requests bear the name of the workflow that asked, not of the one that was held.
    assert.equal(provider.requestsFor('ten-1/question-').length, 10);
    const { historySize = 0, historyLength } = await handle.describe();
    assert.ok(historySize < 3_000_000 && historyLength < 100, `${historySize}, ${historyLength}`);
    for (const { bytes, events } of await runsOf('ten-1/')) {
      assert.ok(bytes < 3_500_000 && events < 130, `${bytes} bytes, ${events} events`);
    }
  });

  test('what is held in a child is seen where it was asked', async () => {
    const handle = await client.workflow.start('tenQuestions', {
      ...{ workflowId: 'watched-1', taskQueue },
      args: [200_000],
    });
    const held = await until(async () => {
      const { held = [] } = await workflowStatus(client, 'watched-1');
      return held.length === 10 ? held : undefined;
    });
    assert.deepEqual(
      held.map(({ step, gate, reason }) => `${step} ${gate} ${reason}`).sort(),
      Array.from({ length: 10 }, (_, nth) => `question-${nth} ${model} is down`),
    );
    await handle.terminate();
  });
});
