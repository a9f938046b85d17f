import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { taskQueuesOf } from '../wire/task-queues.ts';

/** Of `temporal.api.enums.v1`: `PENDING_WORKFLOW_TASK_STATE_SCHEDULED`, `PENDING_ACTIVITY_STATE_SCHEDULED`. */
const scheduled = 1;
/** `TASK_QUEUE_TYPE_WORKFLOW` and `TASK_QUEUE_TYPE_ACTIVITY`. */
const ofWorkflows = 1;
const ofActivities = 2;

/** What a workflow waits for a worker to do. */
export interface NotTakenUp {
  /** Whether a worker was seen there lately: the server remembers one for minutes after its end. */
  readonly isServed: boolean;
  /** A sentence. */
  readonly reason: string;
}

/**
 * What lies in a queue and no worker has taken yet, or `undefined`. For a moment that is so with every
 * step: it means something when it stays so for seconds.
 */
export async function notTakenUp(
  client: Client,
  { raw, status, taskQueue }: WorkflowExecutionDescription,
): Promise<NotTakenUp | undefined> {
  if (status.name !== 'RUNNING') return undefined;
  const isTask = raw.pendingWorkflowTask?.state === scheduled;
  const isActivity = (raw.pendingActivities ?? []).some(
    ({ state, lastFailure }) => state === scheduled && !lastFailure,
  );
  if (!isTask && !isActivity) return undefined;
  const isServed = isTask
    ? await isPolled(client, taskQueue, ofWorkflows)
    : await servesActivities(client, taskQueue);
  const reason = isServed
    ? `no worker of ${taskQueue} has taken its next step; they are busy, or have just ended`
    : `no worker serves ${taskQueue}; start yours, or one with \`npx holdfast up\`, and it goes on`;
  return { isServed, reason };
}

/** Whether a worker with activities was seen: on queues of their own, or with all on one. */
export async function servesActivities(client: Client, taskQueue: string): Promise<boolean> {
  const { calls, effects } = taskQueuesOf(taskQueue);
  for (const queue of [effects, calls, taskQueue]) {
    if (await isPolled(client, queue, ofActivities)) return true;
  }
  return false;
}

async function isPolled(client: Client, name: string, taskQueueType: number): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name },
    taskQueueType,
  });
  return (pollers ?? []).length > 0;
}
