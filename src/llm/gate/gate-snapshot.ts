import type { GateState } from '../../policies/gate-state.ts';

/** A gate at a moment, for people and metrics. */
export interface GateSnapshot {
  /** `free` and `limited` let calls go; `down` and `probing` hold them back. */
  readonly state: 'free' | 'limited' | 'down' | 'probing';
  /** How long it has been so. */
  readonly forMs: number;
  /** Calls in flight at most. */
  readonly limit: number;
  readonly inFlight: number;
  /** Calls that wait in this worker. */
  readonly waiting: number;
  /** The pace, while limited. */
  readonly ratePerSecond?: number;
  /** When the next call may go, where that is known: a pause, a Retry-After, the next probe. */
  readonly nextInMs?: number;
}

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
