import type { Client, WorkflowExecutionStatusName } from '@temporalio/client';
import { describeWorkflow } from './describe-workflow.ts';

/** What a request to cancel found. */
export interface CancelAnswer {
  readonly workflowId: string;
  /** `RUNNING`: the request was sent. Anything else: it was closed, and nothing was done. */
  readonly statusBefore: WorkflowExecutionStatusName;
}

/**
 * Asks a workflow to stop. An effect already sent finishes and is recorded first.
 *
 * @param id as it was given to the start.
 * @throws ClientError `not found`
 */
export async function cancel(client: Client, id: string): Promise<CancelAnswer> {
  const { workflowId, runId, status } = await describeWorkflow(client, id);
  if (status.name === 'RUNNING') await client.workflow.getHandle(workflowId, runId).cancel();
  return { workflowId, statusBefore: status.name };
}
