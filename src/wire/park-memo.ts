import { isFailureType } from '../failures/failure-types.ts';
import type { Parked } from './progress.ts';

const prefix = 'holdfastParked.';
/** A search attribute is a short text. */
const mostTypes = 5;

/**
 * One park in a workflow's memo, so that it is told without a worker; `null` takes it back. A key for
 * each: the history gets one park with each change, and not all of them.
 */
export function memoOfPark(parkId: string, parked: Parked | null): Record<string, Parked | null> {
  return { [`${prefix}${parkId}`]: parked };
}

/** The parks that a workflow left in its memo, the longest wait first. */
export function parksFromMemo(memo: Readonly<Record<string, unknown>> = {}): readonly Parked[] {
  return Object.entries(memo)
    .flatMap(([key, value]) => (key.startsWith(prefix) && isParked(value) ? [value] : []))
    .sort((one, other) => numberOf(one) - numberOf(other));
}

/** What a workflow waits for, in its search attribute: a failure type, or several, each once. */
export function stateOfParks(parks: readonly Parked[]): string | undefined {
  const types = [...new Set(parks.map(({ type }) => type))].sort().slice(0, mostTypes);
  return types.length > 0 ? types.join(', ') : undefined;
}

function isParked(value: unknown): value is Parked {
  const { parkId, type } = Object(value) as Partial<Parked>;
  return typeof parkId === 'string' && isFailureType(type);
}

/** Its second last part counts the parks of a run. */
function numberOf({ parkId }: Parked): number {
  return Number(parkId.split('.').at(-2));
}
