import type { Client } from '@temporalio/client';
import type { ParkAnswer } from '../wire/progress.ts';
import { shellWord } from '../wire/shell-word.ts';
import { defaultTaskQueue } from '../wire/task-queues.ts';
import { type ApproveOptions, approve } from './approve.ts';
import { type CancelAnswer, cancel } from './cancel.ts';
import { ClientError } from './client-error.ts';
import { type Connected, connect as connectTo } from './connect.ts';
import { type Explanation, explainWorkflow } from './explain.ts';
import { type PollOptions, pollStatuses, type StatusRound } from './poll-statuses.ts';
import { workflowOutcome } from './result.ts';
import { type ResumeOptions, resume } from './resume.ts';
import { type StartWorkflowOptions, startWorkflow } from './start.ts';
import { type WorkflowStatus, workflowStatus } from './status.ts';

/** A workflow of an application, of which only the type is imported. */
export interface AnyWorkflow {
  // biome-ignore lint/suspicious/noExplicitAny: each workflow has an input of its own.
  (input: any, ...rest: any[]): Promise<unknown>;
  readonly workflowName: string;
}

/** How a result is waited for. */
export interface ResultOptions {
  /** What becomes of the waiting when the workflow waits for a person. Default: `wait`. */
  readonly onPark?: 'wait' | 'throw';
}

/** A workflow that runs under the id, started now or before. */
export interface StartedWorkflow<Result> {
  readonly workflowId: string;
  readonly runId: string;
  /** It existed before with the same input; this start did nothing. */
  readonly attached: boolean;
  /**
   * Waits for the end: also while the workflow waits for a person, unless `onPark` is `throw`.
   *
   * @throws WorkflowFailedError of Temporal; `findFailure` reads it. ClientError `parked` saying for
   * what it waits, with `onPark: 'throw'`.
   */
  readonly result: (options?: ResultOptions) => Promise<Result>;
}

/** A connection, and what is done with it. Ids are as they were given to the start. */
export interface Holdfast extends Connected {
  /**
   * Starts a workflow at most once under its id, or attaches to it: `start<typeof triage>('triage',
   * ticket, { id: 'T-1042' })`. The workflow itself is not imported.
   *
   * @throws ClientError `IdempotencyKeyReused` when the id exists with another input.
   */
  readonly start: <Workflow extends AnyWorkflow>(
    name: Workflow['workflowName'],
    input: Parameters<Workflow>[0],
    options: StartWorkflowOptions,
  ) => Promise<StartedWorkflow<Awaited<ReturnType<Workflow>>>>;
  readonly status: (id: string) => Promise<WorkflowStatus>;
  /** A round of statuses at a time, until all are closed or the signal aborts. */
  readonly watch: (options: PollOptions) => AsyncGenerator<StatusRound>;
  readonly approve: (id: string, options: ApproveOptions) => Promise<void>;
  readonly resume: (id: string, options?: ResumeOptions) => Promise<ParkAnswer>;
  readonly cancel: (id: string) => Promise<CancelAnswer>;
  /** Every attempt of every call and effect. */
  readonly explain: (id: string) => Promise<Explanation>;
}

/**
 * Connects as Temporal's own tools do: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`,
 * TLS variables and profiles. Workflows are started on the queue of `HOLDFAST_TASK_QUEUE`, as commands
 * do, unless a start names another.
 *
 * @throws ClientError `unreachable` when no server answers, `usage` when those settings are wrong.
 */
export async function connect(): Promise<Holdfast> {
  const connected = await connectTo();
  const { client } = connected;
  const taskQueue = process.env.HOLDFAST_TASK_QUEUE || defaultTaskQueue;
  return {
    ...connected,
    async start(name, input, options) {
      const given = { taskQueue, ...options };
      const { handle, ...started } = await startWorkflow<AnyWorkflow>(client, name, input, given);
      return {
        ...started,
        async result({ onPark = 'wait' } = {}) {
          if (onPark === 'throw') await untilClosedOrParked(client, options.id);
          return (await handle.result()) as never;
        },
      };
    },
    status: (id) => workflowStatus(client, id),
    watch: (options) => pollStatuses(client, options),
    approve: (id, options) => approve(client, id, options),
    resume: (id, options) => resume(client, id, options),
    cancel: (id) => cancel(client, id),
    explain: (id) => explainWorkflow(client, id, { taskQueue }),
  };
}

/** One whose code fails counts as under way: the next worker may have it right. */
async function untilClosedOrParked(client: Client, id: string): Promise<void> {
  for (;;) {
    const outcome = await workflowOutcome(client, id);
    if (outcome.kind === 'parked') {
      throw new ClientError(
        'parked',
        `${id} waits for a person (${outcome.waitsFor}); see \`holdfast status ${shellWord(id)}\``,
      );
    }
    if (outcome.kind !== 'stuck') return;
  }
}
