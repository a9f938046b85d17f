import { type FailureType, isPermanent } from '../failures/failure-types.ts';
import { backoffMs, jitteredDelayMs } from './backoff.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** What is known about a failed attempt when the decision is made. */
export interface FailedAttempt {
  readonly type: FailureType;
  /** Counted from 1 over all schedulings of the call or effect. */
  readonly attempt: number;
  /** The wait the server asked for, from `parseRetryAfter`. */
  readonly retryAfterMs?: number | undefined;
  /** Time since the first attempt was scheduled. */
  readonly elapsedMs?: number | undefined;
  /** Attempts before this one that surely did nothing: no cap counts them. */
  readonly uncounted?: number | undefined;
  /** Whether this one surely did nothing; only effects say so. */
  readonly didNothing?: boolean | undefined;
}

/** Whether and when to try again, or why not. */
export type RetryDecision =
  | { readonly retry: true; readonly delayMs: number; readonly source: 'policy' | 'Retry-After' }
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
 * jitter on top: a thousand callers that were told "5 s" must not return at the same moment.
 *
 * @param random uniform in [0, 1), as `Math.random`.
 */
export function decideRetry(
  policy: RetryPolicy,
  failed: FailedAttempt,
  random: () => number,
): RetryDecision {
  if (isPermanent(failed.type) || policy.nonRetryableErrorTypes.includes(failed.type)) {
    return { retry: false, why: 'permanent' };
  }
  const { retryAfterMs = 0, elapsedMs = 0 } = failed;
  if (retryAfterMs > policy.retryAfterCapMs) return { retry: false, why: 'Retry-After over cap' };
  const isFree = isUncounted(policy, failed);
  const counted = failed.attempt - (failed.uncounted ?? 0);
  if (!isFree && policy.maximumAttempts > 0 && counted >= policy.maximumAttempts) {
    return { retry: false, why: 'attempts' };
  }
  const retry = failed.attempt - 1;
  const maximumIntervalMs = policy.maximumIntervalMs * (isFree ? patience : 1);
  const pace = { ...policy, maximumIntervalMs };
  const ownMs = jitteredDelayMs(pace, retry, random);
  const flooredMs = Math.round(retryAfterMs + backoffMs(pace, retry) * policy.jitter * random());
  const fromServer = retryAfterMs > 0 && flooredMs >= ownMs;
  const delayMs = fromServer ? flooredMs : ownMs;
  if (policy.elapsedBudgetMs > 0 && elapsedMs + delayMs > policy.elapsedBudgetMs) {
    return { retry: false, why: 'elapsed' };
  }
  return { retry: true, delayMs, source: fromServer ? 'Retry-After' : 'policy' };
}
