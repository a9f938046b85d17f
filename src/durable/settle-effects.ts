import { CancellationScope, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { SettleActivities } from '../activities/create-ledger-activities.ts';
import type { RetryPolicy } from '../policies/retry-policy.ts';
import type { SettledEffect } from '../wire/effect-call.ts';
import { idempotencyKey } from '../wire/idempotency-key.ts';

/** An effect of which an attempt began. */
export interface BegunEffect {
  readonly name: string;
  /** With its step, where it has one. */
  readonly label: string;
  readonly step?: string;
  readonly input: unknown;
  readonly scope: string;
  readonly policy: RetryPolicy;
  /** Where effects are served. */
  readonly taskQueue: string;
}

/** What the activity may take beyond its look-up. */
const marginMs = 10_000;

/**
 * Settles what a workflow that ends had begun: one look-up each, in no more than its request timeout,
 * all at once, whether the workflow is cancelled or not. What no worker answers for stays as the
 * ledger has it, which lists it when its lease is over.
 */
export function settleEffects(
  begun: readonly BegunEffect[],
): Promise<(SettledEffect & Pick<BegunEffect, 'label'>)[]> {
  return CancellationScope.nonCancellable(() => Promise.all(begun.map(settle)));
}

async function settle({ name, label, step, input, scope, policy, taskQueue }: BegunEffect) {
  const { requestTimeoutMs, heartbeatTimeoutMs } = policy;
  const activities = proxyActivities<SettleActivities>({
    summary: `settle ${label}`,
    taskQueue,
    startToCloseTimeout: requestTimeoutMs + marginMs,
    scheduleToCloseTimeout: requestTimeoutMs + 2 * marginMs,
    heartbeatTimeout: Math.max(heartbeatTimeoutMs, requestTimeoutMs + marginMs),
    retry: { initialInterval: 500, maximumInterval: 2000, backoffCoefficient: 2 },
  });
  const request = { effect: name, input, scope, requestTimeoutMs };
  const settled = await activities
    .settleEffect({ ...request, ...(step !== undefined && { step }) })
    .catch((): SettledEffect => {
      const { workflowId } = workflowInfo();
      return { key: idempotencyKey({ scope, workflowId, effect: label }), state: 'unknown' };
    });
  return { ...settled, label };
}
