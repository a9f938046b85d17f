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
import { createAttemptLog } from '../../src/llm/attempt-log.ts';
import { createCallModel } from '../../src/llm/call-model.ts';
import type { Gates } from '../../src/llm/gate.ts';
import { createProviders } from '../../src/llm/providers.ts';
import type { Policies } from '../../src/policies/catalogue.ts';
import { type PolicyOverrides, resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { createWorkers } from '../../src/worker/create-workers.ts';
import { registerSearchAttributes } from '../../src/worker/register-search-attributes.ts';
import { assertRequestsEqualAttempts } from './count-attempts.ts';

/** A line of the attempt log, as JSON. */
export type LogLine = { readonly event: string; readonly [field: string]: unknown };

/** A world for calls: a server that skips time, a model over real HTTP, a worker. */
export interface CallsWorld {
  readonly client: Client;
  readonly provider: ModelProvider;
  readonly log: readonly LogLine[];
  readonly taskQueue: string;
  /** The server's time at the start of each attempt, in milliseconds. */
  readonly attemptTimesMs: readonly number[];
  /** The server's time: ahead of ours by all that was skipped. */
  currentTimeMs(): Promise<number>;
  /** Ends all of it, and holds the worker to account: what it marked as sent is what arrived. */
  stop(): Promise<void>;
}

/** Policies for tests: the catalogue with changes. */
export function policiesWith(...overrides: PolicyOverrides[]): Policies {
  return resolvePolicies(...overrides);
}

/**
 * One server for all worlds of a test file, which follow each other: to start it and to warm it up
 * costs more than most tests. Each world has a namespace of its own there; the clock is shared.
 */
let server: Promise<TestWorkflowEnvironment> | undefined;
let worlds = 0;
after(async () => (await server)?.teardown());

/** Starts the world; `stop()` it in `after`, before the next one starts. */
export async function startCallsWorld(
  options: ModelProviderOptions & {
    readonly apiKey?: string;
    readonly gates?: Gates;
    readonly concurrentCalls?: number;
  },
): Promise<CallsWorld> {
  const provider = await startModelProvider(options);
  server ??= createTimeSkippingEnvironment();
  const env = await server;
  const namespace = `world-${++worlds}`;
  const client = new TimeSkippingClient({ connection: env.connection, namespace });
  await registerSearchAttributes(env.connection, namespace);
  const log: LogLine[] = [];
  const attemptTimesMs: number[] = [];
  const logger = pino(
    { level: 'debug' },
    { write: (line: string) => void log.push(JSON.parse(line)) },
  );
  const attemptLog = createAttemptLog(logger);
  const callModel = createCallModel({
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
    callModel: async (...call) => {
      attemptTimesMs.push(await env.currentTimeMs());
      return callModel(...call);
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
    currentTimeMs: () => env.currentTimeMs(),
    stop: async () => {
      workers.shutdown();
      await done;
      await provider.stop();
      assertRequestsEqualAttempts({ requests: provider.requests, log });
    },
  };
}
