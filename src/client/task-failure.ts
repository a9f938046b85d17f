import type { Client, WorkflowExecutionDescription } from '@temporalio/client';

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
  return message.includes('no such function is exported')
    ? `the worker of ${taskQueue} has no workflow ${type}`
    : `its workflow task fails: ${message}${placeOf(stackTrace ?? '')}`;
}

/** ` (workflows.ts:12)`: the first line of a stack trace that is in no package. */
function placeOf(stackTrace: string): string {
  const frames = [...stackTrace.matchAll(/([^\s()]+):(\d+):\d+\)?$/gm)];
  const own = frames.find(([, file = '']) => !/node_modules|^node:|^webpack/.test(file));
  return own ? ` (${own[1]?.split('/').at(-1)}:${own[2]})` : '';
}
