import type { AnswerShape } from './answer-shape.ts';

/** A shape as another thread can have it: zod is code, and does not travel. */
export type ShownShape = Omit<AnswerShape, 'answer'>;

/** What a thread is asked. */
export interface Task {
  readonly shape: ShownShape;
  /** Without: only whether the shape can be checked. */
  readonly text?: string;
  /** Seen by both threads, also when this one answers nothing any more. */
  readonly clock: SharedArrayBuffer;
}

/** What a task is at, in order: it waits for a thread, which may load the application's file first. */
const phases = ['waiting', 'loading', 'compiling', 'reading', 'checking'] as const;

/** What a task is at. */
export type Phase = (typeof phases)[number];

/** A clock that stands at `waiting`. */
export function newClock(): SharedArrayBuffer {
  return new SharedArrayBuffer(4);
}

/** Tells the thread that waits what this one is at. */
export function tellClock(clock: SharedArrayBuffer): (phase: Phase) => void {
  const at = new Int32Array(clock);
  return (phase) => void Atomics.store(at, 0, phases.indexOf(phase));
}

/** What a task is at. */
export function readClock(clock: SharedArrayBuffer): Phase {
  return phases[Atomics.load(new Int32Array(clock), 0)] ?? 'waiting';
}
