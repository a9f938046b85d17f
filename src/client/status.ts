import type {
  Client,
  WorkflowExecutionDescription,
  WorkflowExecutionStatusName,
} from '@temporalio/client';
import { progressQuery } from '../durable/messages.ts';
import { type HeldStep, heldFromMemo } from '../wire/held.ts';
import { workflowIdFor } from '../wire/identifiers.ts';
import { describeLeft, leftFromMemo } from '../wire/left-behind.ts';
import { present } from '../wire/present.ts';
import type { LeftBehind, Progress } from '../wire/progress.ts';
import { type ClosingFailure, closedOutcome } from './closed-outcome.ts';
import { describeWorkflow, waitsFor } from './describe-workflow.ts';
import { notTakenUp, taskFailure } from './not-taken-up.ts';
import { type PendingAttempt, pendingAttempts } from './pending-attempts.ts';

/** Where a workflow stands, from the outside. */
export interface WorkflowStatus {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  readonly status: WorkflowExecutionStatusName;
  readonly startedAt: Date;
  readonly closedAt?: Date;
  readonly pending: readonly PendingAttempt[];
  /** Calls for which nothing is sent now; absent while there is none. */
  readonly held?: readonly HeldStep[];
  /** The failure type that a person has to cure, while it waits for one. */
  readonly waitsFor?: string;
  /** Why no worker can go on with it, a sentence; it can when another worker is deployed. */
  readonly stuck?: string;
  /** No worker answers, and none has taken its next step: a sentence. */
  readonly notTakenUp?: string;
  /** Why it closed without a result. */
  readonly failure?: ClosingFailure;
  /** What it did although it did not complete, and what it may have done. */
  readonly left?: LeftBehind;
  /** The workflow's own account; absent while no worker answers the query. */
  readonly progress?: Progress;
}

/** How long a worker may take to answer the query; then only the server's view is shown. */
const queryTimeoutMs = 1500;

/**
 * Reads where a workflow stands: the server's view, and the workflow's own when a worker answers.
 *
 * @param id as it was given to the start.
 * @throws ClientError `not found`
 */
export async function workflowStatus(client: Client, id: string): Promise<WorkflowStatus> {
  const workflowId = workflowIdFor(id);
  const [description, progress] = await Promise.all([
    describeWorkflow(client, id),
    progressOf(client, workflowId),
  ]);
  const { runId, status } = description;
  const waiting = waitsFor(description);
  const stuck = await taskFailure(client, description);
  const untaken = progress || stuck ? undefined : await notTakenUp(client, description);
  const unsuccessful = !['RUNNING', 'PAUSED', 'COMPLETED'].includes(status.name);
  const left = leftFromMemo(description.memo?.holdfastLeft);
  const calls = await Promise.all([
    callsOf(client, description, progress),
    ...callsInChildren(client, description),
  ]);
  const pending = calls.flatMap((each) => each.pending);
  const held = calls.flatMap((each) => each.held);
  const outcome = unsuccessful ? await closedOutcome(client, workflowId, runId) : undefined;
  return present({
    ...{ workflowId, runId, workflowType: description.type, status: status.name },
    startedAt: description.startTime,
    closedAt: description.closeTime,
    pending,
    held: status.name === 'RUNNING' && held.length > 0 ? held : undefined,
    ...{ waitsFor: waiting, stuck, notTakenUp: untaken?.reason },
    failure: outcome?.kind === 'failed' ? telling(outcome.failure, left) : undefined,
    left,
    progress: progress && asOf(status.name, progress),
  });
}

/** The workflow's own account, if a worker answers in time. */
function progressOf(client: Client, workflowId: string): Promise<Progress | undefined> {
  return client
    .withDeadline(Date.now() + queryTimeoutMs, () =>
      client.workflow.getHandle(workflowId).query(progressQuery),
    )
    .catch(() => undefined);
}

interface Calls {
  readonly pending: readonly PendingAttempt[];
  readonly held: readonly HeldStep[];
}

/** The calls that a workflow waits for, and those of them for which nothing is sent now. */
async function callsOf(
  client: Client,
  description: WorkflowExecutionDescription,
  progress: Progress | undefined,
): Promise<Calls> {
  const pending = await pendingAttempts(client, description, progress?.calls);
  const asleep = progress ? progress.held : heldFromMemo(description.memo?.holdfastHeld);
  const atGates = pending.flatMap(({ step, held }) => (held ? [{ step, ...held }] : []));
  return { pending, held: [...(asleep ?? []), ...atGates] };
}

/** Those that go on in child workflows, so that the history of this one stays small. */
function callsInChildren(client: Client, { raw }: WorkflowExecutionDescription): Promise<Calls>[] {
  const children = (raw.pendingChildren ?? []).filter(
    ({ workflowTypeName }) => workflowTypeName === 'heldCall',
  );
  return children.map(async ({ workflowId }) => {
    const id = workflowId ?? '';
    try {
      const describing = client.workflow.getHandle(id).describe();
      const [description, progress] = await Promise.all([describing, progressOf(client, id)]);
      return await callsOf(client, description, progress);
    } catch {
      // It has ended since.
      return { pending: [], held: [] };
    }
  });
}

/** The message of a failure says it already; a cancellation has no words of its own. */
function telling(failure: ClosingFailure, left: LeftBehind | undefined): ClosingFailure {
  if (!left || failure.type !== 'Cancelled') return failure;
  return { ...failure, message: `${failure.message}; ${describeLeft(left)}` };
}

/** What is closed waits for nobody, also where it was ended while it did. */
function asOf(status: WorkflowExecutionStatusName, progress: Progress): Progress {
  if (status === 'RUNNING' || status === 'PAUSED') return progress;
  const { parked: _, ...rest } = progress;
  return rest;
}
