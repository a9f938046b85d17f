import type { GateState } from './gate-state.ts';

/** Why a gate holds calls back, a clause for people: it goes after the gate's name. */
export function reasonOf({ phase, isProbing }: GateState): string {
  if (phase === 'down') return isProbing ? 'is down, and is being probed' : 'is down';
  if (phase === 'limited') return 'limits requests';
  return 'has as many calls in flight as it may have';
}
