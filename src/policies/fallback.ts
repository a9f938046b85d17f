import type { FailureType } from '../failures/failure-types.ts';
import type { Fallback } from './fallback-schema.ts';
import { transientTypes } from './fallback-types.ts';
import { providerOf } from './model-name.ts';

/** A model to go on with, and its place: 0 is the one that was asked for, 1 the first fallback. */
export interface NextModel {
  readonly model: string;
  readonly place: number;
}

/** A model's place in the order; 0 for one that the list does not name. */
export function placeOf(fallback: readonly Fallback[], model: string): number {
  return fallback.findIndex((each) => each.model === model) + 1;
}

/** The first model after the failed one that takes over for this failure type. */
export function nextModel(
  fallback: readonly Fallback[],
  failed: NextModel,
  type: FailureType,
): NextModel | undefined {
  const index = fallback.findIndex(
    (each, at) => at >= failed.place && takesOver(each, failed.model, type),
  );
  const next = fallback[index];
  return next && { model: next.model, place: index + 1 };
}

function takesOver(next: Fallback, failedModel: string, type: FailureType): boolean {
  if (next.model === failedModel) return false;
  if (type === 'ContextLengthExceeded') return next.largerContext;
  // The same provider would get the same key.
  if (type === 'InvalidCredentials' && providerOf(next.model) === providerOf(failedModel)) {
    return false;
  }
  return (next.on as readonly FailureType[]).includes(type);
}

/** Attempts of a model until another takes over, by failure type; else the policy's cap holds. */
export function attemptsUntilFallback(
  fallback: readonly Fallback[],
  asked: NextModel,
): Partial<Record<FailureType, number>> {
  const attempts: Partial<Record<FailureType, number>> = {};
  for (const type of transientTypes) {
    const next = nextModel(fallback, asked, type);
    const afterAttempts = next && fallback[next.place - 1]?.afterAttempts;
    if (afterAttempts !== undefined) attempts[type] = afterAttempts;
  }
  return attempts;
}

/** The last attempt that may end in a failure type: the cap on all, or that of the type. */
export function lastAttemptFor(
  lastAttempt: number,
  attemptsByType: Partial<Record<FailureType, number>> | undefined,
  type: FailureType,
): number {
  return Math.min(lastAttempt, attemptsByType?.[type] ?? lastAttempt);
}
