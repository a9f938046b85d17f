import type { ModelPolicy } from '../policies/retry-policy.ts';
import type { ForwardedRequest } from '../wire/forwarded.ts';

/** Room for the request of an attempt to end before its call's deadline does. */
const marginMs = 1000;
/** How long one answer may take: as long as SDKs wait, and in the background much longer. */
const usualMs = 10 * 60_000;
const backgroundMs = 60 * 60_000;

/**
 * The policy of a forwarded call: that of model calls, within the time that its client has. How long one
 * answer may take is the client's to say, so an attempt may take all of it; nobody is asked to resume it.
 *
 * @param deadlineMs of the whole call.
 */
export function forwardPolicy(
  policy: ModelPolicy,
  deadlineMs: number,
  { isBackground }: Pick<ForwardedRequest, 'isBackground'>,
): ModelPolicy {
  const longestMs = isBackground ? backgroundMs : usualMs;
  return {
    ...policy,
    requestTimeoutMs: Math.max(marginMs, Math.min(deadlineMs, longestMs)),
    elapsedBudgetMs: 0,
    deadlineMs: Math.max(marginMs, Math.round(deadlineMs)),
    onFailure: 'fail',
    fallback: [],
  };
}
