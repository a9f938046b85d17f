import type { RetryPolicy } from './retry-policy.ts';

type Backoff = Pick<RetryPolicy, 'initialIntervalMs' | 'backoffCoefficient' | 'maximumIntervalMs'>;

/** Longest delay of a timer in Node; a longer one would fire at once. */
export const longestTimerMs = 2 ** 31 - 1;

/**
 * Exponential backoff: t_k = min(t_max, t_0 * c^k).
 *
 * @param retry k, counted from 0: the delay after the first failed attempt is `backoffMs(policy, 0)`.
 */
export function backoffMs(policy: Backoff, retry: number): number {
  const delayMs = policy.initialIntervalMs * policy.backoffCoefficient ** retry;
  return Math.min(policy.maximumIntervalMs, delayMs);
}

/** The bounds between which a policy's own delay lies, in milliseconds. */
export interface DelayRange {
  readonly minimumMs: number;
  readonly maximumMs: number;
}

/** The range of the jittered delay: jitter makes t_k shorter, never longer. */
export function delayRange(policy: Backoff & { jitter: number }, retry: number): DelayRange {
  const maximumMs = backoffMs(policy, retry);
  return { minimumMs: maximumMs * (1 - policy.jitter), maximumMs };
}

/**
 * The policy's own delay with jitter, a whole number of at least 1 ms: callers that failed together
 * must not come back together, and Temporal takes a delay of 0 as the end of the retries.
 *
 * @param random uniform in [0, 1), as `Math.random`.
 */
export function jitteredDelayMs(
  policy: Backoff & { jitter: number },
  retry: number,
  random: () => number,
): number {
  const { minimumMs, maximumMs } = delayRange(policy, retry);
  return Math.max(1, Math.round(minimumMs + (maximumMs - minimumMs) * random()));
}
