import type {
  Client,
  WorkflowExecutionDescription,
  WorkflowExecutionStatusName,
} from '@temporalio/client';
import { progressQuery } from '../durable/messages.ts';
import { isFailureType } from '../failures/failure-types.ts';
import { workflowIdFor } from '../wire/identifiers.ts';
import { describeLeft, leftFromMemo } from '../wire/left-behind.ts';
import type { LeftBehind, Progress } from '../wire/progress.ts';
import { type ClosingFailure, closedOutcome } from './closed-outcome.ts';
import { describeWorkflow, waitsFor } from './describe-workflow.ts';
import { taskFailure } from './task-failure.ts';

/** An activity that waits for its next attempt, or runs one. */
export interface PendingAttempt {
  /** `callModel`, `charge`, ... */
  readonly activity: string;
  /** The attempt that runs, or the next one while it waits. */
  readonly attempt: number;
  /** 0 where the policy has no cap. */
  readonly maximumAttempts: number;
  readonly running: boolean;
  /** When the next attempt starts, by the server's clock; absent while one runs. */
  readonly nextAttemptAt?: Date;
  readonly lastFailure?: { readonly type: string; readonly message: string };
}

/** Where a workflow stands, from the outside. */
export interface WorkflowStatus {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  readonly status: WorkflowExecutionStatusName;
  readonly startedAt: Date;
  readonly closedAt?: Date;
  readonly pending: readonly PendingAttempt[];
  /** The failure type that a person has to cure, while it waits for one. */
  readonly waitsFor?: string;
  /** Why no worker can go on with it, a sentence; it can when another worker is deployed. */
  readonly stuck?: string;
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
    client
      .withDeadline(Date.now() + queryTimeoutMs, () =>
        client.workflow.getHandle(workflowId).query(progressQuery),
      )
      .catch(() => undefined),
  ]);
  const { runId, status } = description;
  const waiting = waitsFor(description);
  const stuck = await taskFailure(client, description);
  const unsuccessful = !['RUNNING', 'PAUSED', 'COMPLETED'].includes(status.name);
  const left = leftFromMemo(description.memo?.holdfastLeft);
  const outcome = unsuccessful ? await closedOutcome(client, workflowId, runId) : undefined;
  return {
    workflowId,
    runId,
    workflowType: description.type,
    status: status.name,
    startedAt: description.startTime,
    ...(description.closeTime && { closedAt: description.closeTime }),
    pending: pendingAttempts(description),
    ...(waiting !== undefined && { waitsFor: waiting }),
    ...(stuck !== undefined && { stuck }),
    ...(outcome?.kind === 'failed' && { failure: telling(outcome.failure, left) }),
    ...(left && { left }),
    ...(progress && { progress: asOf(status.name, progress) }),
  };
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

function pendingAttempts({ raw }: WorkflowExecutionDescription): PendingAttempt[] {
  return (raw.pendingActivities ?? []).map((pending) => {
    const failure = pending.lastFailure;
    const type = failure?.applicationFailureInfo?.type;
    // SCHEDULED is 1: it waits for its time or for a worker.
    const running = pending.state !== 1;
    const { seconds = 0, nanos = 0 } = pending.scheduledTime ?? {};
    const dueMs = Number(seconds) * 1000 + Math.round((nanos ?? 0) / 1e6);
    return {
      activity: pending.activityType?.name ?? '',
      attempt: pending.attempt ?? 1,
      maximumAttempts: pending.maximumAttempts ?? 0,
      running,
      ...(!running && dueMs > 0 && { nextAttemptAt: new Date(dueMs) }),
      ...(failure && {
        lastFailure: {
          type: isFailureType(type) ? type : 'WorkerLost',
          message: failure.message ?? '',
        },
      }),
    };
  });
}
