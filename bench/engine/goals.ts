import type { Row } from './compare.ts';
import type { Flight } from './flight.ts';
import type { Measured } from './measure.ts';

/** At most so much more than the bare workflow, and so much less; with the words of the table. */
const ratios: readonly (readonly [field: keyof Measured, goal: number, words: string])[] = [
  ['workerCpuMs', 1.3, "worker's CPU"],
  ['serverCpuMs', 1.1, "server's CPU"],
  ['callsPerSecond', 0.9, 'calls a second'],
];
/** Each is a write at the server. */
const heartbeatsPerCall = 2;

/** What of a row misses its goal. One call at a time says how long it takes; what many cost is the goal. */
export function missedBy({ atOnce, costs }: Row): string[] {
  if (atOnce === 1) return [];
  return ratios.flatMap(([field, goal, words]) => {
    const ratio = costs[field].ratio.median;
    const isMet = field === 'callsPerSecond' ? ratio >= goal : ratio <= goal;
    return isMet ? [] : [`${words} ${ratio.toFixed(2)}, the goal is ${goal}`];
  });
}

/** The same, of calls in flight. */
export function flightMisses({ heartbeatsPerCall: sent }: Flight): string[] {
  return sent <= heartbeatsPerCall
    ? []
    : [`${sent.toFixed(1)} heartbeats a call, the goal is ${heartbeatsPerCall}`];
}
