import type { JsonObject } from '../../wire/json.ts';

/** A shape as another thread can have it: zod is code, and does not travel. */
export interface ShownShape {
  readonly schema: JsonObject;
  /** Where the thread finds the zod schema. */
  readonly question?: { readonly file: string; readonly name: string };
}

/** What a thread is asked. */
export interface Task {
  readonly shape: ShownShape;
  /** Without: only whether the shape can be checked. */
  readonly text?: string;
  /** Seen by both threads, also when this one answers nothing any more. */
  readonly clock: SharedArrayBuffer;
}

/** What a thread is at, in order; before the first it loads the application's file. */
const phases = ['loading', 'compiling', 'reading', 'checking'] as const;

/** What a thread is at. */
export type Phase = (typeof phases)[number];

/** A clock that stands at `loading`. */
export function newClock(): SharedArrayBuffer {
  return new SharedArrayBuffer(16);
}

/** Tells the thread that waits what this one is at. */
export function tellClock(clock: SharedArrayBuffer): (phase: Phase) => void {
  const at = new Int32Array(clock);
  const begun = new Float64Array(clock, 8);
  return (phase) => {
    if (at[0] === 0) begun[0] = performance.timeOrigin + performance.now();
    Atomics.store(at, 0, phases.indexOf(phase));
  };
}

/** What a thread is at, and since when it works. */
export function readClock(clock: SharedArrayBuffer): {
  readonly phase: Phase;
  readonly workedMs: number;
} {
  const phase = phases[Atomics.load(new Int32Array(clock), 0)] ?? 'loading';
  const begunMs = new Float64Array(clock, 8)[0] ?? 0;
  const nowMs = performance.timeOrigin + performance.now();
  return { phase, workedMs: phase === 'loading' ? 0 : nowMs - begunMs };
}
