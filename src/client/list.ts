import type { Client } from '@temporalio/client';

const runningOfOurs =
  'ExecutionStatus = "Running" AND (WorkflowType = "complete" OR WorkflowType = "processOrder")';

/**
 * Ids of the Holdfast workflows that run in the client's namespace, oldest first. The server's list
 * lags a moment behind: a workflow that started just now may be missing.
 *
 * @param atMost ids at most.
 */
export async function listRunning(client: Client, atMost = 1000): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId, memo } of client.workflow.list({ query: runningOfOurs })) {
    // Another application may have workflows of the same names: ours have a fingerprint.
    if (memo?.fingerprint !== undefined) ids.push(workflowId);
    if (ids.length >= atMost) break;
  }
  return ids.reverse();
}
