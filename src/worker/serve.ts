import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Runtime } from '@temporalio/worker';
import { createCallActivities } from '../activities/create-activities.ts';
import { createJournalActivities } from '../activities/create-journal-activities.ts';
import { type AppDefinition, InvalidApp, shapesOf } from '../app/define-app.ts';
import { migrateApp } from '../app/migrate-app.ts';
import { createAttemptCall } from '../calls/attempt-call.ts';
import { createAttemptLog } from '../calls/attempt-log.ts';
import { recordGates } from '../calls/gate/gate-metrics.ts';
import { gateSettingsFor } from '../calls/gate/gate-settings.ts';
import { createGates, sameProviders } from '../calls/gate/gates.ts';
import { createProviders } from '../calls/provider/providers.ts';
import { type Config, InvalidConfiguration, loadConfig } from '../config.ts';
import * as library from '../durable/library-workflows.ts';
import { PackageMissing } from '../optional-package.ts';
import { taskQueuesOf } from '../wire/task-queues.ts';
import { CannotStart } from './cannot-start.ts';
import { combineAttemptLogs } from './combine-attempt-logs.ts';
import { connectTemporal } from './connect-temporal.ts';
import { createLogger } from './create-logger.ts';
import { createWorkers } from './create-workers.ts';
import { effectsFrom } from './effects-from.ts';
import { installRuntime } from './install-runtime.ts';
import { journalFrom } from './journal-from.ts';
import { ledgerFrom } from './ledger-from.ts';
import { postGates } from './post-gates.ts';
import { registerSearchAttributes } from './register-search-attributes.ts';

/** What a worker process serves. */
export interface ServeOptions {
  readonly app: AppDefinition;
  /** The file that exports the workflows, each under its own name. */
  readonly workflowsPath: string;
}

/**
 * Runs a worker until SIGTERM or SIGINT: configuration, connections, activities, workers. What keeps
 * it from starting is told in a sentence on standard error, and the process ends with exit code 2.
 */
export async function serve(options: ServeOptions): Promise<void> {
  try {
    await run(options, loadConfig(undefined, options.app.effects));
  } catch (error) {
    const told = [InvalidConfiguration, CannotStart, InvalidApp, PackageMissing];
    if (!told.some((kind) => error instanceof kind)) throw error;
    console.error((error as Error).message);
    // What was opened before, connections and timers, would keep the process from ending.
    process.exit(2);
  }
}

async function run({ app, workflowsPath }: ServeOptions, config: Config): Promise<void> {
  // Mistakes in the project's own files are told before anything is connected to.
  await assertNamesAreExports(workflowsPath);
  const log = createLogger({ level: config.HOLDFAST_LOG_LEVEL });
  installRuntime(log, config.HOLDFAST_METRICS_ADDRESS);
  const ledger = await ledgerFrom(config);
  const { connection, address, namespace } = await connectTemporal();
  const journal = journalFrom(config, { log });
  const searchable = await registerSearchAttributes(connection, namespace);
  const attemptLog = combineAttemptLogs(createAttemptLog(log), journal.calls);
  const effects = effectsFrom(config, app, { namespace, log, ledger, journal: journal.effects });
  const gates = createGates({
    settings: gateSettingsFor(config.HOLDFAST_CONCURRENT_CALLS),
    limits: config.rateLimits,
    sameAs: sameProviders(config.providers),
  });
  recordGates(Runtime.instance().metricMeter, gates);
  const stopPosting = postGates(gates, journal.gates);
  await migrateApp(ledger, app);
  const workers = await createWorkers({
    workflowsPath,
    rules: effects.rules,
    connection,
    namespace,
    taskQueue: config.HOLDFAST_TASK_QUEUE,
    calls: createCallActivities({
      attemptCall: createAttemptCall({ providers: createProviders(config.providers), log }),
      attemptLog,
      gates,
      questions: shapesOf(app),
      random: Math.random,
    }),
    effects: { ...effects.activities, ...createJournalActivities(journal) },
    concurrentCalls: config.HOLDFAST_CONCURRENT_CALLS,
    concurrentEffects: config.HOLDFAST_CONCURRENT_EFFECTS,
    shutdownGraceMs: config.HOLDFAST_SHUTDOWN_GRACE_MS,
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ event: 'worker.draining', signal }, 'draining: running attempts finish first');
      gates.close();
      workers.shutdown();
    });
  }
  const queues = Object.values(taskQueuesOf(config.HOLDFAST_TASK_QUEUE)).join(', ');
  log.info(
    { event: 'worker.serving', address, namespace, searchable, ledger: effects.ledgerName },
    `serving ${queues} of ${namespace} at ${address}; models of ${config.providers.map(({ name }) => name).join(', ')}; ledger ${effects.ledgerName}`,
  );
  try {
    await workers.run();
  } finally {
    await stopPosting();
    await journal.close();
    await effects.close();
    await connection.close();
    log.info({ event: 'worker.stopped' }, 'stopped');
  }
}

/**
 * A workflow is found by the name that it is exported under, and started by the one it was given. Two
 * of one name would both be left out of the bundle.
 *
 * @throws InvalidApp
 */
export async function assertNamesAreExports(workflowsPath: string): Promise<void> {
  if (!existsSync(workflowsPath)) {
    throw new InvalidApp(`workflowsPath: there is no file ${workflowsPath}`);
  }
  const exported: Record<string, unknown> = await import(pathToFileURL(workflowsPath).href);
  const problems = Object.entries(exported).flatMap(([name, value]) => {
    const ours: unknown = Reflect.get(library, name);
    if (ours !== undefined && ours !== value) {
      return [`the workflow ${name} has the name of one of Holdfast's own; give it another`];
    }
    const given = typeof value === 'function' ? Reflect.get(value, 'workflowName') : undefined;
    if (given === undefined || given === name) return [];
    return [`the workflow ${given} is exported as ${name}; give it one name`];
  });
  if (problems.length > 0) throw new InvalidApp(problems.join('; '));
}
