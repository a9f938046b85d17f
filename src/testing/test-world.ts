import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { createCallActivities } from '../activities/create-activities.ts';
import { type AppDefinition, shapesOf } from '../app/define-app.ts';
import { migrateApp } from '../app/migrate-app.ts';
import { createAttemptLog } from '../calls/attempt-log.ts';
import { type ApproveOptions, approve } from '../client/approve.ts';
import type { AnyWorkflow } from '../client/open-client.ts';
import { type ResumeOptions, resume } from '../client/resume.ts';
import { type StartWorkflowOptions, startWorkflow } from '../client/start.ts';
import { type WorkflowStatus, workflowStatus } from '../client/status.ts';
import { loadConfig } from '../config.ts';
import { workflowIdFor } from '../wire/identifiers.ts';
import type { ParkAnswer, Parked } from '../wire/progress.ts';
import { createLogger } from '../worker/create-logger.ts';
import { createWorkers } from '../worker/create-workers.ts';
import { effectsFrom } from '../worker/effects-from.ts';
import { ledgerFrom } from '../worker/ledger-from.ts';
import { registerSearchAttributes } from '../worker/register-search-attributes.ts';
import { workflowNames } from '../worker/serve.ts';
import { awaitEnd, type End } from './await-end.ts';
import { type DoneEffect, type Doubles, doubleEffects } from './double-effects.ts';
import { type Model, type ModelAsked, scriptedModel } from './model-script.ts';
import { takeTimeServer } from './time-server.ts';
import { watchTrouble } from './trouble.ts';

/** What a test world is made of. */
export interface TestWorldOptions<App extends AppDefinition> {
  readonly app: App;
  /** The file that exports the workflows. */
  readonly workflowsPath: string;
  /** How the model behaves. Default: no attempt is expected. */
  readonly model?: Model;
  /** What the targets answer, by the effect's name. */
  readonly effects?: Doubles<App>;
  /** The variables of the worker; nothing is read from the environment. Default: `HOLDFAST_SCOPE` is `test`. */
  readonly config?: Readonly<Record<string, string>>;
  /** Path of Temporal's test server. Default: `HOLDFAST_TEST_SERVER`, else it is found or fetched. */
  readonly server?: string;
}

/**
 * A server with skipped time, a model and targets that do what the test says, and a worker that
 * remembers nothing: it replays the history before every step, as after a crash.
 */
export interface TestWorld extends AsyncDisposable {
  /** Skips time. Also attaches to a workflow that was started before under the id. */
  readonly client: Client;
  /** What reached the model, in order. */
  readonly requests: readonly ModelAsked[];
  /** What was done, in order; a replay does nothing. */
  readonly effects: readonly DoneEffect[];
  /**
   * Starts a workflow, or attaches to it, and skips time until its result is there.
   *
   * @throws Error as soon as it failed, one of its tasks did, the test has no answer for it, or it
   * waits for a person.
   */
  run<T extends AnyWorkflow = AnyWorkflow>(
    name: T['workflowName'],
    input: Parameters<T>[0],
    options: StartWorkflowOptions,
  ): Promise<Awaited<ReturnType<T>>>;
  /** Starts a workflow, or attaches to it; time stands still until something is awaited. */
  start<T extends AnyWorkflow = AnyWorkflow>(
    name: T['workflowName'],
    input: Parameters<T>[0],
    options: StartWorkflowOptions,
  ): Promise<WorkflowHandle<T>>;
  /** The result of a workflow that was started. @throws as {@link TestWorld.run} */
  result(id: string): Promise<unknown>;
  /** Skips time until a workflow waits for a person, and says for what: of several, the longest wait. @throws as {@link TestWorld.run} */
  parked(id: string): Promise<Parked>;
  approve(id: string, options: ApproveOptions): Promise<void>;
  resume(id: string, options?: ResumeOptions): Promise<ParkAnswer>;
  status(id: string): Promise<WorkflowStatus>;
  /** Ends all of it. @throws Error for a mistake of the test that nothing has told yet. */
  stop(): Promise<void>;
}

let worlds = 0;

/**
 * Starts a test world. End it with `stop()`, or declare it with `await using`.
 *
 * @throws InvalidConfiguration, InvalidApp, or Error for a double that fits no effect.
 */
export async function testWorld<const App extends AppDefinition>(
  options: TestWorldOptions<App>,
): Promise<TestWorld> {
  const endings: Ending[] = [];
  try {
    return await openWorld(options, endings);
  } catch (error) {
    await endAll(endings);
    throw error;
  }
}

type Ending = () => Promise<void>;

/** The last that was opened ends first. */
async function endAll(endings: Ending[]): Promise<void> {
  for (let end = endings.pop(); end; end = endings.pop()) await end();
}

async function openWorld<App extends AppDefinition>(
  options: TestWorldOptions<App>,
  endings: Ending[],
): Promise<TestWorld> {
  const { app, workflowsPath, model = [], config: variables = {} } = options;
  await workflowNames(workflowsPath);
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  endings.push(() => rm(folder, { recursive: true }));
  const HOLDFAST_LEDGER = join(folder, 'ledger.db');
  const config = loadConfig({ HOLDFAST_SCOPE: 'test', HOLDFAST_LEDGER, ...variables }, app.effects);
  const trouble = watchTrouble();
  const script = scriptedModel(model, trouble);
  const doubled = doubleEffects(app, options.effects ?? {}, trouble);
  const log = createLogger({ level: variables.HOLDFAST_LOG_LEVEL ?? 'silent' });
  const namespace = `test-${++worlds}`;
  const ledger = await ledgerFrom(config);
  endings.push(() => ledger.close());
  await migrateApp(ledger, app);
  const effects = effectsFrom(config, doubled.app, { namespace, log, ledger });
  const server = await takeTimeServer(options.server);
  endings.push(server.release);
  const { connection, nativeConnection } = server.env;
  await registerSearchAttributes(connection, namespace);
  const client = server.clientFor(namespace);
  const taskQueue = config.HOLDFAST_TASK_QUEUE;
  const calls = createCallActivities({
    attemptCall: script.attemptCall,
    attemptLog: createAttemptLog(log),
    questions: shapesOf(app),
    random: Math.random,
  });
  const workers = await createWorkers({
    ...{ connection: nativeConnection, namespace, taskQueue, workflowsPath, calls },
    ...{ rules: effects.rules, effects: effects.activities, shutdownGraceMs: 100 },
    // So that a worker that ends at any moment is what every test is about.
    cachedWorkflows: 0,
  });
  const running = workers.run().catch((error: Error) => void trouble.report(error));
  endings.push(async () => {
    workers.shutdown();
    await running;
  });

  async function startIt(name: string, input: unknown, options: StartWorkflowOptions) {
    const given = { taskQueue, ...options };
    return (await startWorkflow<AnyWorkflow>(client, name, input, given)).handle;
  }

  async function endOf(id: string, patient: boolean): Promise<End> {
    try {
      return await awaitEnd({ connection, namespace }, workflowIdFor(id), {
        patient,
        trouble: trouble.reported,
      });
    } finally {
      trouble.told();
    }
  }

  async function result(id: string): Promise<unknown> {
    const end = await endOf(id, true);
    if (end.kind === 'completed') return end.value;
    const { type, step, reasons } = end.parked;
    throw new Error(
      `${id} waits for a person at ${step}: ${type} (${reasons.join('; ')}). A test that wants this has world.start, world.parked, then world.${type === 'ApprovalRequired' ? 'approve' : 'resume'} and world.result`,
    );
  }

  const stop = async () => {
    await endAll(endings);
    const untold = trouble.untold();
    if (untold) throw untold;
  };
  return {
    client,
    requests: script.requests,
    get effects() {
      return doubled.done();
    },
    run: async (name, input, options) => {
      await startIt(name, input, options);
      return (await result(options.id)) as never;
    },
    start: async (name, input, options) => (await startIt(name, input, options)) as never,
    result,
    parked: async (id) => {
      const end = await endOf(id, false);
      if (end.kind === 'parked') return end.parked;
      throw new Error(`${id} ended without waiting for a person`);
    },
    approve: (id, options) => approve(client, id, options),
    resume: (id, options) => resume(client, id, options),
    status: (id) => workflowStatus(client, id),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
