import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { TransportError } from '@temporalio/worker';
import { type AppDefinition, InvalidApp } from '../app/define-app.ts';
import { scopesServed } from '../config/scope.ts';
import { type Config, InvalidConfiguration, loadConfig } from '../config.ts';
import * as library from '../durable/library-workflows.ts';
import { CannotStart } from '../failures/cannot-start.ts';
import { PackageMissing } from '../optional-package.ts';
import { taskQueuesOf } from '../wire/task-queues.ts';
import { assertOneLedger } from './assert-one-ledger.ts';
import { connectionProblem, connectTemporal } from './connect-temporal.ts';
import { createWorkers } from './create-workers.ts';
import { loggerFrom } from './health-from.ts';
import { installRuntime } from './install-runtime.ts';
import { keepRetention } from './keep-retention.ts';
import { ledgerFrom, ledgerVariable } from './ledger-from.ts';
import { openApp } from './open-app.ts';
import { registerSearchAttributes } from './register-search-attributes.ts';
import { createServerAway } from './server-away.ts';

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
  const workflows = await workflowNames(workflowsPath);
  const log = loggerFrom(config, app);
  const serverAway = createServerAway(log);
  installRuntime(log, config.HOLDFAST_METRICS_ADDRESS, serverAway);
  const { HOLDFAST_TASK_QUEUE: taskQueue } = config;
  const ledger = await ledgerFrom(config);
  const { connection, address, namespace } = await connectTemporal();
  const searchable = await registerSearchAttributes(connection, namespace);
  await assertOneLedger({
    ...{ connection, namespace, ledger, variable: ledgerVariable(config) },
    scopes: scopesServed(config, namespace),
  });
  await keepRetention({
    ...{ connection, namespace, taskQueue, log },
    retentionDays: config.HOLDFAST_RETENTION_DAYS,
  });
  const opened = await openApp(config, app, { namespace, log, ledger, workflows });
  const { rules, calls, batches, effects } = opened;
  const goesAway = (error: unknown) => {
    throw error instanceof TransportError ? connectionProblem(error, address) : error;
  };
  const workers = await createWorkers({
    ...{ connection, namespace, taskQueue, workflowsPath, rules, calls, batches, effects },
    concurrentCalls: config.HOLDFAST_CONCURRENT_CALLS,
    concurrentEffects: config.HOLDFAST_CONCURRENT_EFFECTS,
    shutdownGraceMs: config.HOLDFAST_SHUTDOWN_GRACE_MS,
  }).catch(goesAway);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ event: 'worker.draining', signal }, 'draining: running attempts finish first');
      opened.drain();
      workers.shutdown();
    });
  }
  const queues = [taskQueue, ...Object.values(taskQueuesOf(taskQueue))].join(', ');
  log.info(
    { event: 'worker.serving', address, namespace, searchable, ledger: ledger.name, workflows },
    `serving ${queues} of ${namespace} at ${address}; models of ${config.providers.map(({ name }) => name).join(', ')}; ledger ${ledger.name}`,
  );
  serverAway.askWith(() => connection.workflowService.getSystemInfo({}));
  try {
    await workers.run();
  } finally {
    serverAway.stop();
    await opened.close();
    await connection.close();
    log.info({ event: 'worker.stopped' }, 'stopped');
  }
}

/**
 * The names of a project's workflows. One is found by the name that it is exported under, and started
 * by the one it was given. Two of one name would both be left out of the bundle.
 *
 * @throws InvalidApp
 */
export async function workflowNames(workflowsPath: string): Promise<string[]> {
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
  const own = Object.keys(exported).filter(
    (name) => typeof exported[name] === 'function' && !Object.hasOwn(library, name),
  );
  return [...own, 'complete'];
}
