import type { GateState } from './gate-state.ts';

/** Why a gate holds calls back, a clause for people: it goes after the gate's name. */
export function reasonOf(state: GateState): string {
  if (state.phase === 'down') return state.isProbing ? 'is down, and is being probed' : 'is down';
  if (state.phase === 'limited') return 'limits requests';
  return 'has as many calls in flight as it may have';
}
