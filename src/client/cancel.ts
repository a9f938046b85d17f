import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Client,
  WorkflowExecutionDescription,
  WorkflowExecutionStatusName,
} from '@temporalio/client';
import type { LeftBehind } from '../wire/progress.ts';
import { describeWorkflow } from './describe-workflow.ts';
import { taskFailure } from './not-taken-up.ts';
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
  const description = await describeWorkflow(client, id);
  const { workflowId, runId, status } = description;
  const isOpen = status.name === 'RUNNING';
  if (isOpen) {
    const handle = client.workflow.getHandle(workflowId, runId);
    await handle.cancel();
    // A request to cancel is answered by the workflow's code: where that does not run, a workflow of
    // which nothing was done can only be ended, and another goes on waiting for its code.
    const isStuck = (await taskFailure(client, description)) !== undefined;
    if (!isStuck) await untilClosed(client, workflowId, signal);
    else if (!(await hasBegun(client, description)))
      await handle.terminate('nothing of it was done');
  }
  const after = await workflowStatus(client, id);
  const left = leftOf(after);
  return { workflowId, statusBefore: status.name, status: after.status, ...(left && { left }) };
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
