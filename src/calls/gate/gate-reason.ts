import { type GateState, gateWaitMs } from './gate-state.ts';

/** Why a gate holds calls back, a clause for people: it goes after the gate's name. */
export function reasonOf(state: GateState, nowMs: number): string {
  if (state.phase === 'down') return state.isProbing ? 'is down, and is being probed' : 'is down';
  if (state.phase === 'limited') return 'limits requests';
  if (gateWaitMs(state, nowMs) === 0) return 'has used up the rate that is configured for it';
  return 'has as many calls in flight as it may have';
}
