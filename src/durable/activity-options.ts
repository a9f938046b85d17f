import type { ActivityOptions } from '@temporalio/workflow';
import type { ModelPolicy, RetryPolicy } from '../policies/retry-policy.ts';

/** What an attempt may take beyond its request: the way to and from the worker. */
const marginMs = 10_000;
/** Temporal's own cap on all of a scheduling, where a policy caps no attempts. */
const uncappedAttempts = 100;

/**
 * A policy as Temporal's activity options.
 *
 * @param attemptsLeft attempts that Temporal makes in this scheduling at most; absent: no cap.
 */
export function activityOptions(
  policy: RetryPolicy | ModelPolicy,
  attemptsLeft: number | undefined,
  summary: string,
): ActivityOptions {
  const gateCapMs = 'gateCapMs' in policy ? policy.gateCapMs : 0;
  const attemptMs = gateCapMs + policy.requestTimeoutMs + marginMs;
  // Waiting at the gate is no part of the budget, so each attempt may bring its own.
  const gatesMs = gateCapMs * (attemptsLeft ?? uncappedAttempts);
  return {
    summary,
    startToCloseTimeout: attemptMs,
    heartbeatTimeout: policy.heartbeatTimeoutMs,
    // The activity counts the budget itself; this one only ends what no worker picks up any more.
    ...(policy.elapsedBudgetMs > 0 && {
      scheduleToCloseTimeout: policy.elapsedBudgetMs + gatesMs + attemptMs,
    }),
    // The SDK's real default is TRY_CANCEL, which would report "cancelled" while a charge goes on.
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: {
      initialInterval: policy.initialIntervalMs,
      backoffCoefficient: policy.backoffCoefficient,
      maximumInterval: policy.maximumIntervalMs,
      ...(attemptsLeft !== undefined && { maximumAttempts: Math.max(1, attemptsLeft) }),
      nonRetryableErrorTypes: policy.nonRetryableErrorTypes,
    },
  };
}
