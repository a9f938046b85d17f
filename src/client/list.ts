import type { Client } from '@temporalio/client';

/**
 * Ids of the workflows that run in the client's namespace and were started by Holdfast, oldest first:
 * those have a fingerprint. The server's list lags a moment behind: a workflow that started just now
 * may be missing.
 *
 * @param atMost ids at most.
 */
export async function listRunning(client: Client, atMost = 1000): Promise<string[]> {
  const ids: string[] = [];
  for await (const each of client.workflow.list({ query: 'ExecutionStatus = "Running"' })) {
    if (each.memo?.fingerprint !== undefined) ids.push(each.workflowId);
    if (ids.length >= atMost) break;
  }
  return ids.reverse();
}
