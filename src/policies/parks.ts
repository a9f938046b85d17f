import { allFailureTypes, type FailureType, failureTypes } from '../failures/failure-types.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** Somebody can put the account or its settings in order. */
const accountTypes: readonly FailureType[] = ['InvalidCredentials', 'PermissionDenied'];
/** Mistakes of code or input: no answer of a person makes the same step succeed. */
const hopelessTypes: readonly FailureType[] = [
  'IdempotencyKeyReused',
  'EffectNameReused',
  'PayloadTooLarge',
];

/**
 * What time, money or another key cures: outages that outlasted the policy, used up quotas, bad
 * credentials, doubt. Not the target's definitive no.
 */
export const curableTypes: FailureType[] = allFailureTypes.filter(
  (type) => failureTypes[type].treatment !== 'fail' || accountTypes.includes(type),
);

/** {@link curableTypes} and what another model, or a change at the target, may cure. */
export const everyCurableType: FailureType[] = allFailureTypes.filter(
  (type) => !hopelessTypes.includes(type),
);

/**
 * Whether a step that failed for good parks its workflow. Where nobody knows what happened, a
 * person decides, whatever the policy says.
 */
export function parks(
  policy: Pick<RetryPolicy, 'onFailure' | 'parkOn'>,
  type: FailureType,
): boolean {
  if (type === 'EffectUnknown') return true;
  return policy.onFailure === 'park' && policy.parkOn.includes(type);
}
