import type { Client } from '@temporalio/client';
import { ClientError } from '../client/client-error.ts';
import { describeWorkflow } from '../client/describe-workflow.ts';
import { sendUpdate } from '../client/send-update.ts';
import type { Money } from '../wire/money.ts';
import { approveUpdate } from './approval.ts';

/** What a person approves. */
export interface ApproveOptions {
  /** As shown by `status`: the approval counts for this content only. */
  readonly fingerprint: string;
  /** Where the order's own amount is ambiguous. */
  readonly total?: Money;
}

/**
 * Approves a waiting order. Who approved is taken from the client's connection.
 *
 * @param id as it was given to the start.
 * @throws ClientError when there is no such workflow, or it waits for nothing or something else.
 */
export async function approve(
  client: Client,
  id: string,
  { fingerprint, total }: ApproveOptions,
): Promise<void> {
  const { workflowId, runId, status } = await describeWorkflow(client, id);
  if (status.name !== 'RUNNING') {
    throw new ClientError('InvalidRequest', `${id} is closed (${status.name.toLowerCase()})`);
  }
  const target = { id, workflowId, runId, what: 'the approval counts' };
  await sendUpdate(client, approveUpdate, target, [
    { fingerprint, approvedBy: client.options.identity, ...(total && { total }) },
  ]);
}
