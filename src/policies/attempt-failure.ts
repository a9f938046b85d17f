import { type AttemptErrorFields, describeAttemptError } from '../failures/attempt-error.ts';
import { createFailure } from '../failures/create-failure.ts';
import { type CallCosts, costDetails } from './call-costs.ts';
import {
  decideRetry,
  type FailedAttempt,
  isUncounted,
  type RetryDecision,
} from './decide-retry.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** Where an attempt stands in its call or effect. */
export interface AttemptContext extends Omit<FailedAttempt, keyof AttemptErrorFields> {
  /** Request id of the call, or idempotency key of the effect. */
  readonly requestId: string;
  readonly policy: RetryPolicy;
  /** Where it is done, for effects. */
  readonly target?: string;
  /** What this scheduling has used up so far. */
  readonly costs?: CallCosts;
  /** Uniform in [0, 1), as `Math.random`. */
  readonly random: () => number;
}

/**
 * Turns a failed attempt into the failure that Temporal acts on: the policy decides, the delay goes
 * along as `nextRetryDelay`, and the message says what happened and what comes next. A Retry-After
 * over the policy's cap, of what cannot be held, becomes `QuotaExhausted`, which is not retried. The
 * decision is for the log, and for the caller that holds the call.
 */
export function attemptFailure(error: AttemptErrorFields, context: AttemptContext) {
  const { policy, requestId, attempt, lastAttempt, costs, elapsedMs, random, ...met } = context;
  const { providerRequestId, status, sent, retryAfterMs, usage } = error;
  const failed = { ...error, ...met, attempt, lastAttempt, elapsedMs };
  const decision = decideRetry(policy, failed, random);
  const maximumAttempts = lastAttempt ?? policy.maximumAttempts;
  const overCap = !decision.retry && decision.why === 'Retry-After over cap';
  const reason = `asked to wait ${seconds(retryAfterMs ?? 0)}`;
  const reported = overCap ? { ...error, type: 'QuotaExhausted' as const, reason } : error;
  const failure = createFailure(reported.type, describe(reported, context, decision), {
    final: !decision.retry,
    ...(decision.retry && { nextRetryDelayMs: decision.delayMs }),
    details: {
      ...{ requestId, attempt, target: context.target },
      ...(Number.isFinite(maximumAttempts) && { maximumAttempts }),
      ...{ providerRequestId, status, sent, retryAfterMs, ...usage },
      ...(elapsedMs !== undefined && { elapsedMs: Math.round(elapsedMs) }),
      ...(costs && costDetails(costs)),
      ...(decision.retry && { nextRetryDelayMs: decision.delayMs, delaySource: decision.source }),
    },
  });
  return { failure, decision };
}

function describe(
  error: AttemptErrorFields,
  { policy, attempt, lastAttempt, uncounted = 0, didNothing = false }: AttemptContext,
  decision: RetryDecision,
): string {
  const last = lastAttempt ?? (policy.maximumAttempts || Number.POSITIVE_INFINITY);
  const of = Number.isFinite(last) ? ` of ${last}` : '';
  const isFreeProbe = decision.retry && decision.hold?.isFree === true;
  const what = isFreeProbe
    ? 'a probe failed, which uses no attempt'
    : isUncounted(policy, { didNothing })
      ? `attempt ${attempt}, which is not counted, failed`
      : `attempt ${attempt - uncounted}${of} failed`;
  return `${describeAttemptError(error)}: ${what}, ${whatNext(policy, decision)}`;
}

function whatNext(policy: RetryPolicy, decision: RetryDecision): string {
  if (decision.retry) {
    const source = decision.source === 'Retry-After' ? ' (Retry-After)' : '';
    const held = decision.hold ? 'held, ' : '';
    return `${held}next in ${seconds(decision.delayMs)}${source}`;
  }
  switch (decision.why) {
    case 'permanent':
      return 'not retried: a retry cannot cure it';
    case 'attempts':
      return 'giving up: no attempts left';
    case 'elapsed':
      return `giving up: the elapsed budget of ${seconds(policy.elapsedBudgetMs)} ends first`;
    case 'Retry-After over cap':
      return `giving up: the policy waits at most ${seconds(policy.retryAfterCapMs)}`;
  }
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
