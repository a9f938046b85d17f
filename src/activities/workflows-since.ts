import { Context } from '@temporalio/activity';
import { ServiceError } from '@temporalio/client';
import { AttemptError } from '../failures/attempt-error.ts';
import { workflowIdPattern } from '../wire/identifiers.ts';

/** Clocks differ, and an effect may end a little after its workflow. */
const marginMs = 10 * 60 * 1000;

/**
 * Ids of the workflows of this namespace that run, or were closed since then; the one that asks is
 * left out. Ids that no idempotency key can hold are not ours.
 *
 * @throws AttemptError `ConnectionFailed`, also when the list ends early.
 */
export async function* workflowsSince(sinceMs: number): AsyncGenerator<string> {
  const { client, info } = Context.current();
  const since = new Date(sinceMs - marginMs).toISOString();
  const query = `ExecutionStatus = "Running" OR CloseTime > "${since}"`;
  try {
    for await (const { workflowId } of client.workflow.list({ query })) {
      const isOwn = workflowId === info.workflowExecution?.workflowId;
      if (!isOwn && workflowIdPattern.test(workflowId)) yield workflowId;
    }
  } catch (error) {
    throw temporalError(error);
  }
}

/** A server of Temporal's that does not answer, as a failed attempt; everything else stays. */
export function temporalError(error: unknown): unknown {
  if (!(error instanceof ServiceError)) return error;
  return new AttemptError({ type: 'ConnectionFailed', by: 'temporal', sent: false });
}
