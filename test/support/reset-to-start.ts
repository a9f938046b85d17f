import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { processOrder } from '../../src/workflows/index.ts';

/** Resets an order to its first workflow task, before the model was asked, and awaits the new run. */
export async function resetToStart(client: Client, workflowId: string) {
  const handle = client.workflow.getHandle(workflowId);
  const { runId } = await handle.describe();
  const reset = await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId, runId },
    reason: 'a test',
    requestId: randomUUID(),
    // 1 started, 2 task scheduled, 3 task started, 4 task completed
    workflowTaskFinishEventId: 4 as never,
  });
  return client.workflow.getHandle<typeof processOrder>(workflowId, reset.runId).result();
}
