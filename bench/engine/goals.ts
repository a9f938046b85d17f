import type { Row } from './compare.ts';
import type { Flight } from './flight.ts';
import type { Measured } from './measure.ts';

/** At most so much more than the bare workflow, and so much less. */
const ratios: Partial<Record<keyof Measured, number>> = {
  workerCpuMs: 1.3,
  serverCpuMs: 1.1,
  callsPerSecond: 0.9,
};
/** Each is a write at the server. */
const heartbeatsPerCall = 2;

/** What of a row misses its goal. One call at a time says how long it takes; what many cost is the goal. */
export function missedBy({ atOnce, costs }: Row): string[] {
  if (atOnce === 1) return [];
  return Object.entries(ratios).flatMap(([field, goal]) => {
    const ratio = costs[field as keyof Measured].ratio.median;
    const isMet = field === 'callsPerSecond' ? ratio >= goal : ratio <= goal;
    return isMet ? [] : [`${field} ${ratio.toFixed(2)}, the goal is ${goal}`];
  });
}

/** The same, of calls in flight. */
export function flightMisses({ heartbeatsPerCall: sent }: Flight): string[] {
  return sent <= heartbeatsPerCall
    ? []
    : [`${sent.toFixed(1)} heartbeats a call, the goal is ${heartbeatsPerCall}`];
}
