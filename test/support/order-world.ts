import { shapesOf } from '../../src/app/define-app.ts';
import { orders } from '../../src/orders/app.ts';
import './quiet-runtime.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { NativeConnection } from '@temporalio/worker';
import { sql } from 'kysely';
import { pino } from 'pino';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../dev/sandbox/index.ts';
import { type DevServer, startDevServer } from '../../dev/servers/index.ts';
import { createCallActivities } from '../../src/activities/create-activities.ts';
import { createJournalActivities } from '../../src/activities/create-journal-activities.ts';
import { createAttemptCall } from '../../src/calls/attempt-call.ts';
import { createAttemptLog } from '../../src/calls/attempt-log.ts';
import type { Gates } from '../../src/calls/gate/gates.ts';
import { createProviders } from '../../src/calls/provider/providers.ts';
import { loadConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { createWorkers } from '../../src/worker/create-workers.ts';
import { effectsFrom } from '../../src/worker/effects-from.ts';
import { journalFrom, ledgerFrom } from '../../src/worker/ledger-from.ts';
import { combineAttemptLogs } from '../../src/worker/open-app.ts';
import { registerSearchAttributes } from '../../src/worker/register-search-attributes.ts';
import { assertRequestsEqualAttempts, type LogLine } from './count-attempts.ts';
import { withOrderTable } from './order-effects.ts';

/** Signs the tickets' markers. */
export const markerSecret = 'a secret for tests';

/** A world for orders: dev server, sandbox, the worker as configured, a SQLite ledger. */
export interface OrderWorld {
  readonly client: Client;
  /** For `TEMPORAL_ADDRESS`. */
  readonly address: string;
  /** For `TEMPORAL_NAMESPACE`: `default` in the first world of a test file. */
  readonly namespace: string;
  /** Path of the SQLite file. */
  readonly ledgerFile: string;
  readonly sandbox: Sandbox;
  readonly log: readonly LogLine[];
  readonly taskQueue: string;
  /** What the outside holds: database rows, payments that succeeded, tickets. */
  counts(): Promise<{ rows: number; charges: number; tickets: number }>;
  /** Ends all of it, and holds the worker to account: what it marked as sent is what arrived. */
  stop(): Promise<void>;
}

/** The world outside, and gates where a test has its own; without, nothing is held back. */
export interface OrderWorldOptions extends SandboxOptions {
  readonly gates?: Gates;
  /** Where the ledger is, instead of a SQLite file. */
  readonly databaseUrl?: string;
  /** Of the dev server. */
  readonly dynamicConfig?: readonly string[];
}

/**
 * One server for all worlds of a test file: each after the first has a namespace of its own there,
 * which takes a tenth of what a server takes.
 */
let shared: Promise<DevServer> | undefined;
let worlds = 0;
after(async () => (await shared)?.stop());

/** Where a world's workflows are, and how that ends with the world. */
async function startTemporal({ dynamicConfig }: OrderWorldOptions) {
  if (dynamicConfig) {
    const { address, namespace, stop } = await startDevServer({ isHeadless: true, dynamicConfig });
    return { address, namespace, endTemporal: () => stop() };
  }
  shared ??= startDevServer({ isHeadless: true });
  const { address } = await shared;
  worlds += 1;
  const namespace = worlds === 1 ? 'default' : `world-${worlds}`;
  const connection = await Connection.connect({ address });
  if (worlds > 1) {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    });
  }
  await connection.close();
  return { address, namespace, endTemporal: async () => {} };
}

/** Starts the world; `stop()` it in `after`. */
export async function startOrderWorld(options: OrderWorldOptions = {}): Promise<OrderWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  const [temporal, sandbox] = await Promise.all([startTemporal(options), startSandbox(options)]);
  const { address, namespace, endTemporal } = temporal;
  const ledgerFile = join(folder, 'ledger.db');
  const variables = {
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: sandbox.model.baseUrl,
    STRIPE_SECRET_KEY: sandbox.stripe.secretKey,
    STRIPE_BASE_URL: sandbox.stripe.origin,
    GITHUB_TOKEN: sandbox.github.token,
    GITHUB_REPOSITORY: `${sandbox.github.owner}/${sandbox.github.repo}`,
    GITHUB_BASE_URL: sandbox.github.baseUrl,
    HOLDFAST_MARKER_SECRET: markerSecret,
    HOLDFAST_LEDGER: ledgerFile,
    HOLDFAST_SCOPE: 'default',
    ...(options.databaseUrl && { DATABASE_URL: options.databaseUrl }),
  };
  const config = loadConfig(variables, orders.effects);
  const log: LogLine[] = [];
  const logger = pino({ level: 'debug' }, { write: (line) => void log.push(JSON.parse(line)) });
  const native = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  await registerSearchAttributes(native, namespace);
  const ledger = await withOrderTable(await ledgerFrom(config));
  const journal = journalFrom(config, { log: logger });
  const effects = effectsFrom(config, orders, {
    ...{ namespace, log: logger, ledger, journal: journal.effects },
  });
  const attemptLog = combineAttemptLogs(createAttemptLog(logger), journal.calls);
  const workers = await createWorkers({
    connection: native,
    namespace,
    taskQueue: config.HOLDFAST_TASK_QUEUE,
    calls: createCallActivities({
      attemptCall: createAttemptCall({
        providers: createProviders(config.providers),
        scope: 'test',
        log: logger,
      }),
      attemptLog,
      questions: shapesOf(orders),
      ...(options.gates && { gates: options.gates }),
      random: Math.random,
    }),
    rules: effects.rules,
    effects: { ...effects.activities, ...createJournalActivities(journal) },
    shutdownGraceMs: 500,
    debugMode: true,
  });
  const done = workers.run();
  return {
    client: new Client({ connection, namespace, identity: 'ada@tests' }),
    address,
    namespace,
    ledgerFile,
    sandbox,
    log,
    taskQueue: config.HOLDFAST_TASK_QUEUE,
    counts: async () => {
      const { database } = openDatabase({
        databaseUrl: options.databaseUrl,
        sqliteFile: ledgerFile,
      });
      const { rows } = await sql`select key from holdfast_order`.execute(database);
      await database.destroy();
      const payments = await sandbox.stripe.paymentIntents();
      const tickets = await sandbox.github.issues();
      return {
        rows: rows.length,
        charges: payments.filter(({ status }) => status === 'succeeded').length,
        tickets: tickets.length,
      };
    },
    stop: async () => {
      workers.shutdown();
      await done;
      await journal.close();
      await effects.close();
      await connection.close();
      await native.close();
      await Promise.all([endTemporal(), sandbox.stop()]);
      await rm(folder, { recursive: true });
      assertRequestsEqualAttempts({ requests: sandbox.model.requests, log });
    },
  };
}
