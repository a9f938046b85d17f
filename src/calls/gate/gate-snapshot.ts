import type { GateSnapshot } from '../../wire/provider-gate.ts';
import type { GateState } from './gate-state.ts';

/** Reads a gate's state. */
export function snapshotOf(state: GateState, waiting: number, nowMs: number): GateSnapshot {
  const nextInMs = Math.max(0, Math.ceil(state.notBeforeMs - nowMs));
  return {
    state: state.phase === 'down' && state.isProbing ? 'probing' : state.phase,
    forMs: Math.round(nowMs - state.phaseSinceMs),
    limit: Math.max(1, Math.floor(state.limit)),
    inFlight: state.inFlight,
    waiting,
    ...(state.phase === 'limited' && {
      ratePerSecond: Math.round(state.ratePerSecond * 100) / 100,
    }),
    ...(nextInMs > 0 && { nextInMs }),
  };
}
