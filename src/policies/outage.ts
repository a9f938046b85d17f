import type { AttemptErrorFields } from '../failures/attempt-error.ts';
import type { FailureType } from '../failures/failure-types.ts';
import { backoffMs } from './backoff.ts';

/** Failures that an outage of the provider, or of the way to it, causes. */
const outageTypes: readonly FailureType[] = [
  'RateLimited',
  'Overloaded',
  'ServerError',
  'Timeout',
  'ConnectionFailed',
];

/** After so many failures of an outage type a call is in an outage, whatever its gate knows. */
export const failuresUntilOutage = 3;

const longestSleepMs = 600_000;
/**
 * A call in an outage sleeps for at least this share of the outage so far: with what dies while it sleeps, a
 * worker each minute for example, it is late by less than a tenth.
 */
const sleepShareOfOutage = 1 / 15;

/** Distances between tries that may be billed: doubling from one to ten minutes. */
const billedDistance = {
  initialIntervalMs: 60_000,
  backoffCoefficient: 2,
  maximumIntervalMs: longestSleepMs,
};

/** What a call has met of an outage so far. It travels with the call from worker to worker. */
export interface OutageSoFar {
  /** Failures of an outage type. */
  readonly failures: number;
  /** Tries in the outage that may have been billed. */
  readonly billed: number;
  /** How long it has lasted; absent until it is one. */
  readonly forMs?: number;
}

/** A call that has met no outage. */
export const noOutage: OutageSoFar = { failures: 0, billed: 0 };

/** Whether an outage causes failures of this type. */
export function isOutageType(type: FailureType): boolean {
  return outageTypes.includes(type);
}

/**
 * Whether a failed try certainly cost nothing: the provider had no room for it, or it never left.
 * Any other 5xx may hide work that was done.
 */
export function isSurelyNotBilled({ type, sent }: Pick<AttemptErrorFields, 'type' | 'sent'>) {
  return type === 'Overloaded' || type === 'RateLimited' || sent === false;
}

/** The shortest sleep of a call in an outage that has lasted so long. */
export function shortestSleepMs(outageMs: number): number {
  return Math.min(longestSleepMs, outageMs * sleepShareOfOutage);
}

/** How far the next try is from the latest one that may have been billed, the nth of its outage. */
export function billedDistanceMs(nth: number): number {
  return backoffMs(billedDistance, nth - 1);
}

/**
 * What a call has met after a further failure of an outage type.
 *
 * @param sinceFirstMs since its first attempt.
 */
export function afterFailure(
  before: OutageSoFar,
  failed: Pick<AttemptErrorFields, 'type' | 'sent'>,
  sinceFirstMs: number,
): OutageSoFar {
  const failures = before.failures + 1;
  const forMs = before.forMs ?? (failures >= failuresUntilOutage ? sinceFirstMs : undefined);
  if (forMs === undefined) return { ...before, failures };
  return { failures, billed: before.billed + (isSurelyNotBilled(failed) ? 0 : 1), forMs };
}
