import { allFailureTypes, type FailureType, failureTypes } from '../failures/failure-types.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** A person cures these in the account or its settings. */
const accountTypes: readonly FailureType[] = ['InvalidCredentials', 'PermissionDenied'];
/** Mistakes of code or input: no answer of a person makes the same step succeed. */
const hopelessTypes: readonly FailureType[] = [
  'IdempotencyKeyReused',
  'EffectNameReused',
  'PayloadTooLarge',
];

/** Failure types that time, money or another key may cure; not a target's final refusal. */
export const curableTypes: FailureType[] = allFailureTypes.filter(
  (type) => failureTypes[type].treatment !== 'fail' || accountTypes.includes(type),
);

/** All of {@link curableTypes}, and what another model, or a change at the target, may cure. */
export const everyCurableType: FailureType[] = allFailureTypes.filter(
  (type) => !hopelessTypes.includes(type),
);

/** Whether a step that failed for good parks its workflow. `EffectUnknown` always does. */
export function parks(
  policy: Pick<RetryPolicy, 'onFailure' | 'parkOn'>,
  type: FailureType,
): boolean {
  if (type === 'EffectUnknown') return true;
  return policy.onFailure === 'park' && policy.parkOn.includes(type);
}
