import './quiet-runtime.ts';
import { after } from 'node:test';
import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { TimeSkippingClient } from '@temporalio/testing/lib/client.js';
import { pino } from 'pino';
import {
  type ModelProvider,
  type ModelProviderOptions,
  startModelProvider,
} from '../../dev/sandbox/model-provider.ts';
import { createTimeSkippingEnvironment } from '../../dev/servers/index.ts';
import { createCallActivities } from '../../src/activities/create-activities.ts';
import { createAttemptCall } from '../../src/calls/attempt-call.ts';
import { createAttemptLog } from '../../src/calls/attempt-log.ts';
import type { Gates } from '../../src/calls/gate/gates.ts';
import { createProviders } from '../../src/calls/provider/providers.ts';
import { createWorkers } from '../../src/worker/create-workers.ts';
import { registerSearchAttributes } from '../../src/worker/register-search-attributes.ts';
import { assertRequestsEqualAttempts, type LogLine } from './count-attempts.ts';

/** A world for calls: a namespace of the server that skips time, a model over real HTTP, a worker. */
export interface CallsWorld {
  readonly client: Client;
  readonly provider: ModelProvider;
  readonly log: readonly LogLine[];
  readonly taskQueue: string;
  /** The server's time at the start of each attempt, in milliseconds. */
  readonly attemptTimesMs: readonly number[];
  /** Ends worker and model, and holds the worker to account: what it marked as sent is what arrived. */
  stop(): Promise<void>;
}

/**
 * One server for all worlds of a test file, which follow each other: to start it and to warm it up
 * costs more than most tests. Each world has a namespace of its own there. The clock is shared, and
 * far ahead of ours: after a workflow that fails, the server skips to the timeouts it had.
 */
let server: TestWorkflowEnvironment | undefined;
let worlds = 0;
let isWorldOpen = false;
after(endServer);

async function endServer(): Promise<void> {
  const ending = server;
  server = undefined;
  await ending?.teardown();
}

/** What still runs (its test failed, perhaps) would hold the clock, or move it, under the next test. */
async function hasOpenWorkflows({ connection }: TestWorkflowEnvironment, namespace: string) {
  const open = await connection.workflowService.listOpenWorkflowExecutions({
    namespace,
    maximumPageSize: 1,
    startTimeFilter: {},
  });
  return open.executions.length > 0;
}

/** Starts the world; `stop()` it in `after`, before the next one starts. */
export async function startCallsWorld(
  options: ModelProviderOptions & {
    readonly apiKey?: string;
    readonly gates?: Gates;
    readonly concurrentCalls?: number;
  },
): Promise<CallsWorld> {
  if (isWorldOpen) throw new Error('The world before this one was not stopped.');
  isWorldOpen = true;
  const provider = await startModelProvider(options);
  server ??= await createTimeSkippingEnvironment();
  const env = server;
  const namespace = `world-${++worlds}`;
  // Not the environment's own client: that one has no say in its namespace.
  const client = new TimeSkippingClient({ connection: env.connection, namespace });
  await registerSearchAttributes(env.connection, namespace);
  const log: LogLine[] = [];
  const attemptTimesMs: number[] = [];
  const logger = pino(
    { level: 'debug' },
    { write: (line: string) => void log.push(JSON.parse(line)) },
  );
  const attemptLog = createAttemptLog(logger);
  const attemptCall = createAttemptCall({
    scope: 'test',
    providers: createProviders([
      {
        name: 'openai',
        family: 'openai',
        baseUrl: provider.baseUrl,
        apiKey: options.apiKey ?? 'sk-test',
        keyRequired: true,
      },
    ]),
    log: logger,
  });
  const calls = createCallActivities({
    attemptCall: async (...call) => {
      attemptTimesMs.push(await env.currentTimeMs());
      return attemptCall(...call);
    },
    attemptLog,
    ...(options.gates && { gates: options.gates }),
    random: Math.random,
  });
  const taskQueue = 'calls-test';
  const workers = await createWorkers({
    connection: env.nativeConnection,
    namespace,
    taskQueue,
    calls,
    ...(options.concurrentCalls && { concurrentCalls: options.concurrentCalls }),
    shutdownGraceMs: 100,
    debugMode: true,
  });
  const done = workers.run();
  return {
    client,
    provider,
    log,
    taskQueue,
    attemptTimesMs,
    stop: async () => {
      workers.shutdown();
      await done;
      await provider.stop();
      if (await hasOpenWorkflows(env, namespace)) await endServer();
      isWorldOpen = false;
      assertRequestsEqualAttempts({ requests: provider.requests, log });
    },
  };
}
