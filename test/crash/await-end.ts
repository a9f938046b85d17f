import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, WorkflowFailedError } from '@temporalio/client';
import { findFailure } from '../../src/failures/find-failure.ts';

// Each question costs the server, and an end takes seconds.
const pollMs = 1000;

/**
 * How a workflow ended: `completed`, its failure's type, or `LOST` when it did not end in time.
 * Asked in short questions, because the server may be killed in between.
 */
export async function awaitEnd(client: Client, id: string, timeoutMs: number): Promise<string> {
  const handle = client.workflow.getHandle(id);
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const status = await handle.describe().then(
      (description) => description.status.name,
      () => undefined,
    );
    if (status === 'COMPLETED') return 'completed';
    if (status !== undefined && status !== 'RUNNING') {
      const error = await handle.result().catch((reason: unknown) => reason);
      if (error instanceof WorkflowFailedError) return findFailure(error)?.type ?? `${status}`;
    }
    if (performance.now() > deadlineMs) return 'LOST';
    await sleep(pollMs);
  }
}
