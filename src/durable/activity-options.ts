import type { ActivityOptions } from '@temporalio/workflow';
import type { ModelPolicy, RetryPolicy } from '../policies/retry-policy.ts';

/** What an attempt may take beyond its request: the way to and from the worker. */
const marginMs = 10_000;
/** Temporal's own cap on all of a scheduling, where a policy caps no attempts. */
const uncappedAttempts = 100;

/**
 * A policy as Temporal's activity options.
 *
 * @param attemptsUsed attempts of earlier schedulings; they count against the same cap.
 */
export function activityOptions(
  policy: RetryPolicy | ModelPolicy,
  attemptsUsed: number,
  summary: string,
): ActivityOptions {
  const gateCapMs = 'gateCapMs' in policy ? policy.gateCapMs : 0;
  const attemptMs = gateCapMs + policy.requestTimeoutMs + marginMs;
  // Waiting at the gate is no part of the budget, so each attempt may bring its own.
  const gatesMs = gateCapMs * (policy.maximumAttempts || uncappedAttempts);
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
      ...(isCapped(policy) && { maximumAttempts: attemptsLeft(policy, attemptsUsed) }),
      nonRetryableErrorTypes: policy.nonRetryableErrorTypes,
    },
  };
}

/** Of an effect with an elapsed budget not all attempts count: the activity counts them itself. */
function isCapped(policy: RetryPolicy | ModelPolicy): boolean {
  const isEffect = !('gateCapMs' in policy);
  return policy.maximumAttempts > 0 && !(isEffect && policy.elapsedBudgetMs > 0);
}

/** Attempts that Temporal makes in a scheduling at most, of a policy that caps them. */
export function attemptsLeft(policy: RetryPolicy, attemptsUsed: number): number {
  return Math.max(1, policy.maximumAttempts - attemptsUsed);
}
