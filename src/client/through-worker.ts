import { randomUUID } from 'node:crypto';
import { type Client, WorkflowFailedError } from '@temporalio/client';
import { findFailure } from '../failures/find-failure.ts';
import { defaultTaskQueue, taskQueuesOf } from '../wire/task-queues.ts';
import { ClientError } from './client-error.ts';

/** Where the worker with the ledger is. */
export interface LedgerPlace {
  readonly taskQueue?: string;
}

/** How long a worker may take to answer from its database. */
export const usualTimeoutMs = 2 * 60 * 1000;

/**
 * Asks a worker, by a short workflow: only workers open the database.
 *
 * @throws ClientError `unreachable` without a worker, or the failure's own type.
 */
export async function throughWorker<Asked extends (argument: never) => Promise<unknown>>(
  client: Client,
  workflowType: string,
  argument: Parameters<Asked>[0],
  { taskQueue = defaultTaskQueue }: LedgerPlace = {},
  timeoutMs = usualTimeoutMs,
): Promise<Awaited<ReturnType<Asked>>> {
  await assertWorker(client, taskQueue);
  try {
    return await client.workflow.execute(workflowType, {
      workflowId: `${workflowType}-${randomUUID()}`,
      taskQueue,
      args: [argument],
      workflowExecutionTimeout: timeoutMs,
    });
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const failure = findFailure(error);
    if (failure) throw new ClientError(failure.type, failure.message, { cause: error });
    throw new ClientError('unreachable', 'no worker with a ledger answered in time', {
      cause: error,
    });
  }
}

async function assertWorker(client: Client, taskQueue: string): Promise<void> {
  const { effects } = taskQueuesOf(taskQueue);
  // A worker with the plugin has all on one queue.
  for (const queue of [effects, taskQueue]) {
    const { pollers } = await client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: queue },
      // Activities.
      taskQueueType: 2,
    });
    if ((pollers ?? []).length > 0) return;
  }
  throw new ClientError(
    'unreachable',
    `no worker serves ${effects}, and only a worker can answer this`,
  );
}
