import { type DelayRange, delayRange } from './backoff.ts';
import { shortestSleepMs } from './outage.ts';
import type { ModelPolicy, RetryPolicy } from './retry-policy.ts';

/** What a policy can cost at worst, for `holdfast policy` and `--dry-run`. */
export interface PolicyForecast {
  /** In order, when every attempt times out and every wait is the longest. */
  readonly waits: readonly DelayRange[];
  /** Whether the elapsed budget ends the retries before `maximumAttempts` does. */
  readonly endedByElapsedBudget: boolean;
  /** All attempts and waits of all calls one after another, without Retry-After and outages. */
  readonly worstCaseMs: number;
  /** HTTP requests at most, in all calls: when attempts fail at once and waits are the shortest. */
  readonly maximumRequests: number;
  /** Output tokens at most, if every one of these requests is answered; `undefined` for effects. */
  readonly maximumOutputTokens?: number;
  /**
   * Requests that may fail in an outage besides, without any cost, until the deadline of the question;
   * `undefined` for effects.
   */
  readonly maximumProbes?: number;
}

/** Most waits listed for a policy without a cap on attempts. */
const rowsAtMost = 1000;

/** Adds up a policy's worst case. Pure arithmetic: nothing is sent. */
export function forecastPolicy(policy: RetryPolicy | ModelPolicy): PolicyForecast {
  const budgetMs = policy.elapsedBudgetMs || Number.POSITIVE_INFINITY;
  const attempts = policy.maximumAttempts || Number.POSITIVE_INFINITY;
  const waits: DelayRange[] = [];
  let elapsedMs = policy.requestTimeoutMs;
  while (waits.length < Math.min(attempts, rowsAtMost) - 1) {
    const { minimumMs, maximumMs } = delayRange(policy, waits.length);
    // A wait that would end after the budget is not begun.
    if (elapsedMs + minimumMs > budgetMs) break;
    const range = { minimumMs, maximumMs: Math.min(maximumMs, budgetMs - elapsedMs) };
    waits.push(range);
    elapsedMs += range.maximumMs + policy.requestTimeoutMs;
  }
  const perCall = mostAttempts(policy, attempts, budgetMs);
  const { calls, outputTokens } = callsOf(policy);
  return {
    waits,
    endedByElapsedBudget: waits.length < attempts - 1,
    worstCaseMs: elapsedMs * calls,
    maximumRequests: perCall * calls,
    ...(outputTokens !== undefined && { maximumOutputTokens: perCall * outputTokens }),
    ...('deadlineMs' in policy && { maximumProbes: mostProbes(policy) }),
  };
}

/** With the shortest waits, in an outage that lasts until the deadline. */
function mostProbes(policy: ModelPolicy): number {
  let count = 0;
  for (let elapsedMs = 0; elapsedMs <= policy.deadlineMs; count += 1) {
    const { minimumMs } = delayRange(policy, count);
    elapsedMs += Math.max(1, minimumMs, shortestSleepMs(elapsedMs));
  }
  return count;
}

function mostAttempts(policy: RetryPolicy, attempts: number, budgetMs: number): number {
  let count = 1;
  let elapsedMs = 0;
  while (count < attempts) {
    // A delay is never under 1 ms, so this ends.
    elapsedMs += Math.max(1, delayRange(policy, count - 1).minimumMs);
    if (elapsedMs > budgetMs) break;
    count += 1;
  }
  return count;
}

/**
 * The calls of one question: the first, its repairs, and those with twice the room after a
 * truncated answer; the most tokens are used when the truncated ones come first.
 */
function callsOf(policy: RetryPolicy | ModelPolicy): { calls: number; outputTokens?: number } {
  if (!('maximumRepairs' in policy)) return { calls: 1 };
  const longer = (policy.attemptsByType.OutputTruncated ?? 1) - 1;
  const whole = 1 + policy.maximumRepairs;
  const truncatedLimits = 2 ** longer - 1;
  return {
    calls: longer + whole,
    outputTokens: policy.maximumOutputTokens * (truncatedLimits + whole * 2 ** longer),
  };
}
