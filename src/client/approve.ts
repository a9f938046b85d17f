import type { Client } from '@temporalio/client';
import { approveUpdate } from '../durable/messages.ts';
import type { Json } from '../wire/json.ts';
import { present } from '../wire/present.ts';
import { describeRunning } from './describe-workflow.ts';
import { sendUpdate } from './send-update.ts';

/** What a person approves. */
export interface ApproveOptions {
  /** As shown by `status`: the approval counts for this content only. */
  readonly fingerprint: string;
  /** The park it is for: needed where the same is to be approved more than once. */
  readonly parkId?: string;
  /** What the workflow asks for besides: where an order's amount is ambiguous, the amount. */
  readonly answer?: Json;
}

/**
 * Approves what a workflow waits for. Who approved is taken from the client's connection.
 *
 * @param id as it was given to the start.
 * @throws ClientError when there is no such workflow, or it waits for nothing or something else.
 */
export async function approve(
  client: Client,
  id: string,
  { fingerprint, parkId, answer }: ApproveOptions,
): Promise<void> {
  const { workflowId, runId } = await describeRunning(client, id);
  const target = { id, workflowId, runId, what: 'the approval counts' };
  await sendUpdate(client, approveUpdate, target, [
    present({ fingerprint, approvedBy: client.options.identity, parkId, answer }),
  ]);
}
