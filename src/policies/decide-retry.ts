import type { AttemptErrorFields } from '../failures/attempt-error.ts';
import { isPermanent } from '../failures/failure-types.ts';
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
export interface FailedAttempt
  extends Pick<AttemptErrorFields, 'type' | 'isFinal' | 'sent' | 'retryAfterMs'> {
  /** Counted from 1 over all schedulings of the call or effect. */
  readonly attempt: number;
  /** The last attempt that it may have. Default: the policy's `maximumAttempts`. */
  readonly lastAttempt?: number | undefined;
  /** Time since the first attempt was scheduled. */
  readonly elapsedMs?: number | undefined;
  /** What its call met of an outage before. Absent for what cannot be held: an effect, for example. */
  readonly outage?: OutageSoFar | undefined;
  /** Attempts before this one that surely did nothing: no cap counts them. */
  readonly uncounted?: number | undefined;
  /** Whether it did nothing that a repeat could not find or do again unharmed; only effects say so. */
  readonly didNothing?: boolean | undefined;
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

/** Of what did nothing the waits grow this much longer: with the catalogue, to five minutes. */
const patience = 10;

/**
 * Whether a failed attempt is not counted: it surely did nothing, so a blip of its target's is waited
 * out as a call's is, for as long as the elapsed budget lasts.
 */
export function isUncounted(
  { elapsedBudgetMs }: Pick<RetryPolicy, 'elapsedBudgetMs'>,
  { didNothing = false }: Pick<FailedAttempt, 'didNothing'>,
): boolean {
  return didNothing && elapsedBudgetMs > 0;
}

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
  const { type, attempt, uncounted = 0, retryAfterMs = 0, elapsedMs = 0 } = failed;
  const { maximumAttempts, retryAfterCapMs, elapsedBudgetMs } = policy;
  if (failed.isFinal || isPermanent(type) || policy.nonRetryableErrorTypes.includes(type)) {
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
  const isFreeProbe = isProbe && isSurelyNotBilled(failed);
  const isNothing = isUncounted(policy, failed);
  const lastAttempt = failed.lastAttempt ?? (maximumAttempts || Number.POSITIVE_INFINITY);
  if (!isFreeProbe && !isNothing && attempt - uncounted >= lastAttempt) {
    return { retry: false, why: 'attempts' };
  }

  const retry = isFreeProbe && met ? met.failures - 1 : attempt - 1;
  const maximumIntervalMs = policy.maximumIntervalMs * (isNothing ? patience : 1);
  const pace = { ...policy, maximumIntervalMs };
  const backedOffMs = jitteredDelayMs(pace, retry, random);
  const ownMs =
    met === undefined || outageMs === undefined
      ? backedOffMs
      : isSurelyNotBilled(failed)
        ? Math.max(backedOffMs, Math.round(shortestSleepMs(outageMs)))
        : billedDistanceMs(met.billed);
  const flooredMs = Math.round(retryAfterMs + backoffMs(pace, retry) * policy.jitter * random());
  const fromServer = retryAfterMs > 0 && flooredMs >= ownMs;
  const delayMs = fromServer ? flooredMs : ownMs;
  const isHeld = met !== undefined && (isOverCap || outageMs !== undefined);
  // What is held is no part of the elapsed budget.
  if (elapsedBudgetMs > 0 && elapsedMs + (isHeld ? 0 : delayMs) > elapsedBudgetMs) {
    return { retry: false, why: 'elapsed' };
  }
  const source = fromServer ? 'Retry-After' : 'policy';
  return {
    retry: true,
    delayMs,
    source,
    ...(isHeld && { hold: { outage: met, isFree: isFreeProbe } }),
  };
}
