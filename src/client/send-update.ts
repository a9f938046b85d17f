import {
  type Client,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { findFailure } from '../failures/find-failure.ts';
import { shellWord } from '../wire/shell-word.ts';
import { asClientError, ClientError } from './client-error.ts';

/** How long a worker may take to answer an update. */
const answerTimeoutMs = 15_000;

/** Which execution, and how the caller names it to people. */
export interface UpdateTarget {
  readonly id: string;
  readonly workflowId: string;
  readonly runId: string;
  /** What the update does, for messages: "it was resumed". */
  readonly what: string;
}

/**
 * Sends a person's answer to a workflow.
 *
 * @throws ClientError when the workflow refuses it, or no worker answers.
 */
export async function sendUpdate<Result, Args extends [unknown, ...unknown[]]>(
  client: Client,
  update: UpdateDefinition<Result, Args>,
  { id, workflowId, runId, what }: UpdateTarget,
  args: Args,
  timeoutMs = answerTimeoutMs,
): Promise<Result> {
  try {
    return await client.withDeadline(Date.now() + timeoutMs, () =>
      client.workflow
        .getHandle(workflowId, runId)
        .executeUpdate<Result, Args>(update, { args } as never),
    );
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      const failure = findFailure(error);
      const message = failure?.message ?? error.cause?.message ?? error.message;
      throw new ClientError(failure?.type ?? 'InvalidRequest', message, { cause: error });
    }
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
      throw new ClientError(
        'unreachable',
        `no worker answered within ${timeoutMs / 1000} s, so it is not known whether ${what}; see \`holdfast status ${shellWord(id)}\``,
        { cause: error },
      );
    }
    throw asClientError(error, id);
  }
}
