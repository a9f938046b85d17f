import type { Client, WorkflowHandle } from '@temporalio/client';
import type { batch } from '../durable/batch.ts';
import { pauseBatchSignal, runBatchSignal } from '../durable/messages.ts';
import type { BatchInput, BatchRules } from '../wire/batch.ts';
import { startFindable } from './start.ts';

/**
 * Runs what is open of a batch: starts its workflow, or tells the one that runs. Its lines are in the
 * database before.
 */
export async function runBatch(
  client: Client,
  input: BatchInput,
  rules: BatchRules,
  taskQueue: string,
): Promise<WorkflowHandle<typeof batch>> {
  return startFindable((found) =>
    client.workflow.signalWithStart<typeof batch, [BatchRules]>('batch', {
      workflowId: input.id,
      taskQueue,
      args: [input],
      signal: runBatchSignal,
      signalArgs: [rules],
      ...(input.tenant !== '' && { priority: { fairnessKey: input.tenant } }),
      ...found,
    }),
  );
}

/** Has a batch send nothing further, or go on; what is under way ends. */
export async function pauseBatch(client: Client, id: string, isPaused: boolean): Promise<void> {
  await client.workflow.getHandle(id).signal(pauseBatchSignal, isPaused);
}
