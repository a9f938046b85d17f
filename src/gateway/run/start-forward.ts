import type { Client } from '@temporalio/client';
import { startOnce } from '../../client/start.ts';
import type { forward } from '../../durable/forward.ts';
import type { ModelPolicy } from '../../policies/retry-policy.ts';
import { usualOutputTokens } from '../../wire/estimate-tokens.ts';
import type { ForwardInput } from '../../wire/forwarded.ts';
import type { StoredRequest } from '../store/stored-request.ts';

/** What of a record its workflow is started with. */
export type ForwardedRow = Pick<
  StoredRequest,
  | 'id'
  | 'tenant'
  | 'fingerprint'
  | 'request'
  | 'body'
  | 'attempts'
  | 'possibly_billed'
  | 'created_at_ms'
  | 'deadline_at_ms'
  | 'ended_at_ms'
  | 'webhook'
>;

/** Starts the workflow that goes on with a forwarded call; a second start finds the first. */
export async function startForward(
  client: Client,
  row: ForwardedRow,
  settings: { readonly policy: ModelPolicy; readonly delayMs: number; readonly taskQueue: string },
): Promise<void> {
  const { id, tenant, fingerprint, request } = row;
  const input: ForwardInput = {
    ...{ id, model: request.model, bytes: row.body.byteLength },
    maximumOutputTokens: request.maximumOutputTokens ?? usualOutputTokens,
    policy: settings.policy,
    attemptsUsed: row.attempts,
    possiblyBilled: row.possibly_billed,
    delayMs: Math.round(settings.delayMs),
    deadlineAtMs: row.deadline_at_ms,
    ...(row.webhook > 0 && { hasWebhook: true }),
    ...(row.ended_at_ms !== null && { hasEnded: true }),
  };
  // Its identity is the record's: the delay and what was used up may differ by who starts it.
  await startOnce<typeof forward>(
    client,
    'forward',
    { args: [input], identity: fingerprint },
    { id, taskQueue: settings.taskQueue, tenant },
  );
}
