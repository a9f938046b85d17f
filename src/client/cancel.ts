import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowExecutionStatusName } from '@temporalio/client';
import type { LeftBehind } from '../wire/progress.ts';
import { describeWorkflow } from './describe-workflow.ts';
import { type WorkflowStatus, workflowStatus } from './status.ts';

/** What a request to cancel found, and what came of it. */
export interface CancelAnswer {
  readonly workflowId: string;
  /** `RUNNING`: the request was sent. Anything else: it was closed, and nothing was done. */
  readonly statusBefore: WorkflowExecutionStatusName;
  /** `CANCELLED` where it stopped; `RUNNING` where it has not yet. */
  readonly status: WorkflowExecutionStatusName;
  /** What it had done, and may have done; absent while it is not known, because no worker answers. */
  readonly left?: LeftBehind;
}

const pollMs = 200;
/** How long a workflow may take that has nothing under way: its worker answers at once, or is away. */
const idleMs = 10_000;

/**
 * Asks a workflow to stop, and waits until it has. An effect already sent finishes and is recorded
 * first; one of which nobody knows is looked up once.
 *
 * @param id as it was given to the start.
 * @param signal ends the waiting, not the workflow.
 * @throws ClientError `not found`
 */
export async function cancel(
  client: Client,
  id: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<CancelAnswer> {
  const { workflowId, runId, status } = await describeWorkflow(client, id);
  const isOpen = status.name === 'RUNNING';
  if (isOpen) {
    await client.workflow.getHandle(workflowId, runId).cancel();
    await untilClosed(client, workflowId, signal);
  }
  const after = await workflowStatus(client, id);
  const left = leftOf(after);
  return { workflowId, statusBefore: status.name, status: after.status, ...(left && { left }) };
}

async function untilClosed(client: Client, workflowId: string, signal?: AbortSignal) {
  for (let idleSinceMs = performance.now(); !signal?.aborted; ) {
    const { status, raw } = await describeWorkflow(client, workflowId);
    if (status.name !== 'RUNNING') return;
    if ((raw.pendingActivities ?? []).length > 0) idleSinceMs = performance.now();
    if (performance.now() - idleSinceMs > idleMs) return;
    await sleep(pollMs, undefined, { ...(signal && { signal }) }).catch(() => undefined);
  }
}

/** Of a workflow that completed or runs on, its own account tells what it did. */
function leftOf({ left, progress }: WorkflowStatus): LeftBehind | undefined {
  if (left || !progress) return left;
  return { done: progress.effects.map(({ name, did = name }) => did), inDoubt: [] };
}
