import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { findFailure } from '../failures/find-failure.ts';
import { defaultTaskQueue, taskQueuesOf } from '../wire/task-queues.ts';
import type { DatedWorkerHealth } from '../wire/worker-health.ts';
import { ClientError } from './client-error.ts';
import { notTakenUp, servesActivities } from './not-taken-up.ts';

type Library = typeof import('../durable/library-workflows.ts');

/** Where the worker with the ledger is. */
export interface LedgerPlace {
  readonly taskQueue?: string;
}

/** How long a worker may take to answer from its database. */
export const usualTimeoutMs = 2 * 60 * 1000;

/** How long a question may lie in its queue: the server lists a worker for minutes after its end. */
const takenUpWithinMs = 5000;
const lookEveryMs = 1000;

/**
 * Asks a worker, by a short workflow: only workers open the database.
 *
 * @throws ClientError `unreachable` without a worker, or the failure's own type.
 */
export async function throughWorker<Name extends keyof Library>(
  client: Client,
  workflowType: Name,
  argument: Parameters<Library[Name]>[0],
  { taskQueue = defaultTaskQueue }: LedgerPlace = {},
  timeoutMs = usualTimeoutMs,
): Promise<Awaited<ReturnType<Library[Name]>>> {
  if (!(await servesActivities(client, taskQueue))) {
    throw new ClientError(
      'unreachable',
      `no worker serves ${taskQueuesOf(taskQueue).effects}, and only a worker can answer this`,
    );
  }
  const handle = await client.workflow.start(workflowType, {
    workflowId: `${workflowType}-${randomUUID()}`,
    taskQueue,
    args: [argument],
    workflowExecutionTimeout: timeoutMs,
  });
  const done = new AbortController();
  try {
    return await Promise.race([
      handle.result() as ReturnType<Library[Name]>,
      untilLeftLying(client, handle, done.signal),
    ]);
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const failure = findFailure(error);
    if (failure) throw new ClientError(failure.type, failure.message, { cause: error });
    throw new ClientError('unreachable', 'no worker with a ledger answered in time', {
      cause: error,
    });
  } finally {
    done.abort();
  }
}

/** Rejects when no worker takes the question, which is taken back, so that none answers it later. */
async function untilLeftLying(
  client: Client,
  handle: WorkflowHandle,
  signal: AbortSignal,
): Promise<never> {
  let lyingMs = 0;
  while (!signal.aborted) {
    await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
    const waits = signal.aborted ? undefined : await lying(client, handle);
    lyingMs = waits ? lyingMs + lookEveryMs : 0;
    if (!waits || lyingMs < takenUpWithinMs) continue;
    await handle.terminate('no worker took it').catch(() => undefined);
    throw new ClientError('unreachable', `${waits}; only a worker can answer this`);
  }
  // The answer is there; nobody waits for this any more.
  return new Promise<never>(() => {});
}

/** A look that fails says nothing: the answer itself tells when the server is gone. */
async function lying(client: Client, handle: WorkflowHandle): Promise<string | undefined> {
  try {
    return (await notTakenUp(client, await handle.describe()))?.reason;
  } catch {
    return undefined;
  }
}

/**
 * The policies of the application that a worker serves: the catalogue's and its own.
 *
 * @param overrides by name, as a start would send them; the worker checks them.
 * @throws ClientError `InvalidRequest` for overrides that make no sense, `unreachable` without a
 *   worker.
 */
export function listPolicies(client: Client, overrides: unknown = {}, place?: LedgerPlace) {
  return throughWorker(client, 'readPolicies', overrides, place);
}

/** Nothing that a worker does for it takes long. */
const answersWithinMs = 20_000;

/** What a worker said of itself, and between which moments of this machine's clock. */
export interface HealthAnswer {
  readonly askedAtMs: number;
  readonly health: DatedWorkerHealth;
  readonly answeredAtMs: number;
}

/**
 * Asks a worker how it is.
 *
 * @throws ClientError `unreachable` without a worker.
 */
export async function workerHealth(client: Client, place?: LedgerPlace): Promise<HealthAnswer> {
  const askedAtMs = Date.now();
  const found = await throughWorker(client, 'readHealth', undefined, place, answersWithinMs);
  return { askedAtMs, health: found, answeredAtMs: Date.now() };
}
