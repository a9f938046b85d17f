import type {
  Client,
  WorkflowExecutionDescription,
  WorkflowExecutionStatusName,
} from '@temporalio/client';
import { describeWorkflow } from './describe-workflow.ts';
import { taskFailure } from './task-failure.ts';

/** What a request to cancel found. */
export interface CancelAnswer {
  readonly workflowId: string;
  /** `RUNNING`: the request was sent. Anything else: it was closed, and nothing was done. */
  readonly statusBefore: WorkflowExecutionStatusName;
  /** No worker has such a workflow and nothing of it was done: it was ended at once. */
  readonly terminated?: boolean;
  /** Why it cannot take the request for now, a sentence: its own code fails. */
  readonly stuck?: string;
}

/**
 * Asks a workflow to stop. An effect already sent finishes and is recorded first.
 *
 * @param id as it was given to the start.
 * @throws ClientError `not found`
 */
export async function cancel(client: Client, id: string): Promise<CancelAnswer> {
  const description = await describeWorkflow(client, id);
  const { workflowId, runId, status } = description;
  const answer = { workflowId, statusBefore: status.name };
  if (status.name !== 'RUNNING') return answer;
  const handle = client.workflow.getHandle(workflowId, runId);
  await handle.cancel();
  const stuck = await taskFailure(client, description);
  if (stuck === undefined) return answer;
  // A request to cancel is answered by the workflow's code, and that does not run.
  if (await hasBegun(client, description)) return { ...answer, stuck };
  await handle.terminate('cancelled before any of it was done');
  return { ...answer, terminated: true };
}

/** Whether any task of it was ever completed: until then a workflow has done nothing. */
async function hasBegun(
  client: Client,
  { workflowId, runId }: WorkflowExecutionDescription,
): Promise<boolean> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 20,
  });
  return (history?.events ?? []).some((event) => event.workflowTaskCompletedEventAttributes);
}
