import { type FailureType, isPermanent } from '../failures/failure-types.ts';
import { backoffMs, jitteredDelayMs } from './backoff.ts';
import {
  afterFailure,
  billedDistanceMs,
  isOutageType,
  isSurelyNotBilled,
  type OutageSoFar,
  shortestSleepMs,
} from './outage.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** What is known about a failed attempt when the decision is made. */
export interface FailedAttempt {
  readonly type: FailureType;
  /** Whether the request left this machine; absent when that cannot be known. */
  readonly sent?: boolean | undefined;
  /** Counted from 1 over all schedulings of the call or effect. */
  readonly attempt: number;
  /** The last attempt that it may have. Default: the policy's `maximumAttempts`. */
  readonly lastAttempt?: number | undefined;
  /** The wait the server asked for, from `parseRetryAfter`. */
  readonly retryAfterMs?: number | undefined;
  /** Time since the first attempt was scheduled. */
  readonly elapsedMs?: number | undefined;
  /** What its call met of an outage before. Absent for what cannot be held: an effect, for example. */
  readonly outage?: OutageSoFar | undefined;
}

/** Why a call is held, instead of being tried again soon. */
export interface Hold {
  /** What its call has met by now. */
  readonly outage: OutageSoFar;
  /** A failed probe that surely cost nothing: it uses no attempt. */
  readonly isFree: boolean;
}

/** Whether and when to try again, or why not. */
export type RetryDecision =
  | {
      readonly retry: true;
      readonly delayMs: number;
      readonly source: 'policy' | 'Retry-After';
      /** The workflow sleeps, instead of the attempt's own retry. */
      readonly hold?: Hold;
    }
  | {
      readonly retry: false;
      readonly why: 'permanent' | 'attempts' | 'elapsed' | 'Retry-After over cap';
    };

/**
 * Decides whether a failed attempt is retried, and when. A Retry-After is waited for in full, with
 * jitter on top: a thousand callers that were told "5 s" must not return at the same moment. A call
 * in an outage is held: its tries are probes, and those that surely cost nothing use no attempt.
 *
 * @param random uniform in [0, 1), as `Math.random`.
 */
export function decideRetry(
  policy: RetryPolicy,
  failed: FailedAttempt,
  random: () => number,
): RetryDecision {
  const { type, attempt, retryAfterMs = 0, elapsedMs = 0 } = failed;
  const { maximumAttempts, retryAfterCapMs, elapsedBudgetMs } = policy;
  if (isPermanent(type) || policy.nonRetryableErrorTypes.includes(type)) {
    return { retry: false, why: 'permanent' };
  }
  const met =
    failed.outage && isOutageType(type)
      ? afterFailure(failed.outage, failed, elapsedMs)
      : failed.outage;
  const isOverCap = retryAfterMs > retryAfterCapMs;
  if (isOverCap && !met) return { retry: false, why: 'Retry-After over cap' };
  const outageMs = isOutageType(type) ? met?.forMs : undefined;
  // Only a try that began in the outage is a probe.
  const isProbe = outageMs !== undefined && failed.outage?.forMs !== undefined;
  const isFree = isProbe && isSurelyNotBilled(failed);
  const lastAttempt = failed.lastAttempt ?? (maximumAttempts || Number.POSITIVE_INFINITY);
  if (!isFree && attempt >= lastAttempt) return { retry: false, why: 'attempts' };

  const retry = isFree && met ? met.failures - 1 : attempt - 1;
  const backedOffMs = jitteredDelayMs(policy, retry, random);
  const ownMs =
    met === undefined || outageMs === undefined
      ? backedOffMs
      : isSurelyNotBilled(failed)
        ? Math.max(backedOffMs, Math.round(shortestSleepMs(outageMs)))
        : billedDistanceMs(met.billed);
  const flooredMs = Math.round(retryAfterMs + backoffMs(policy, retry) * policy.jitter * random());
  const fromServer = retryAfterMs > 0 && flooredMs >= ownMs;
  const delayMs = fromServer ? flooredMs : ownMs;
  const isHeld = met !== undefined && (isOverCap || outageMs !== undefined);
  // What is held is no part of the elapsed budget.
  if (elapsedBudgetMs > 0 && elapsedMs + (isHeld ? 0 : delayMs) > elapsedBudgetMs) {
    return { retry: false, why: 'elapsed' };
  }
  const source = fromServer ? 'Retry-After' : 'policy';
  return { retry: true, delayMs, source, ...(isHeld && { hold: { outage: met, isFree } }) };
}
