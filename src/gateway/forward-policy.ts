import { type GateSettings, gateSettingsFor } from '../calls/gate/gate-settings.ts';
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

/**
 * The gates of a gateway with room for so many requests. A worker begins with few calls in flight and
 * learns how many a provider bears. Clients of a gateway would have sent theirs all at once: a line in
 * front of a provider that refuses nothing would only add to the time of each. From its first refusal
 * on the gate paces them as a worker's does.
 */
export function gatewayGates(maximumInFlight: number): Partial<GateSettings> {
  return {
    ...gateSettingsFor(maximumInFlight),
    initialLimit: maximumInFlight,
    maximumLimit: maximumInFlight,
  };
}
