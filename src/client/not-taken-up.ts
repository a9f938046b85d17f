import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { placeIn } from '../failures/code-frames.ts';
import { taskQueuesOf } from '../wire/task-queues.ts';

/** Of `temporal.api.enums.v1`: `PENDING_WORKFLOW_TASK_STATE_SCHEDULED`, `PENDING_ACTIVITY_STATE_SCHEDULED`. */
const scheduled = 1;
/** `TASK_QUEUE_TYPE_WORKFLOW` and `TASK_QUEUE_TYPE_ACTIVITY`. */
const ofWorkflows = 1;
const ofActivities = 2;

/**
 * What lies in a queue and no worker has taken yet, or `undefined`. For a moment that is so with every
 * step: it means something when it stays so for seconds.
 *
 * @returns whether a worker was seen there lately, which the server remembers for minutes after its end,
 *   and a sentence.
 */
export async function notTakenUp(
  client: Client,
  { raw, status, taskQueue }: WorkflowExecutionDescription,
): Promise<{ readonly isServed: boolean; readonly reason: string } | undefined> {
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

/** A worker that is replaced meanwhile fails a task; the next worker does it. */
const attemptsUntilStuck = 2;

/**
 * Why no worker can go on with a workflow, in a sentence: its name is not served, or its code does
 * not fit its history. Temporal tries such a task again until another worker can do it, and shows the
 * workflow as running. Asks the server only where a task is tried again.
 *
 * @returns `undefined` while its tasks succeed, or no worker takes them.
 */
export async function taskFailure(
  client: Client,
  { raw, workflowId, runId, type, taskQueue }: WorkflowExecutionDescription,
): Promise<string | undefined> {
  if ((raw.pendingWorkflowTask?.attempt ?? 0) < attemptsUntilStuck) return undefined;
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 10,
  });
  // Only the first of the failures in a row is in the history: the latest word on its tasks.
  const ended = history?.events?.find(
    (event) =>
      event.workflowTaskFailedEventAttributes ??
      event.workflowTaskTimedOutEventAttributes ??
      event.workflowTaskCompletedEventAttributes,
  );
  const { message, stackTrace } = ended?.workflowTaskFailedEventAttributes?.failure ?? {};
  if (!message) return undefined;
  const place = placeIn(stackTrace?.split('\n') ?? []);
  return message.includes('no such function is exported')
    ? `the worker of ${taskQueue} has no workflow ${type}`
    : `its workflow task fails: ${message}${place ? ` (${place})` : ''}`;
}
