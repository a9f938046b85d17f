import type { Phase } from './thread-task.ts';

/** How long a thread may work on one answer, or load a file: its own CPU, and in all. */
interface Limit {
  readonly cpuMs: number;
  /** It may wait for a core, or for something that never comes. */
  readonly wallMs: number;
}

const working: Limit = { cpuMs: 1000, wallMs: 10_000 };
const loading: Limit = { cpuMs: 5000, wallMs: 10_000 };

/** What a task has had in its phase: loading is counted apart. */
export interface Used {
  readonly isLoading: boolean;
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** A task that no thread has begun. */
export const nothingUsed: Used = { isLoading: true, cpuMs: 0, wallMs: 0 };

/**
 * What a task has used after some more time. A thread that is busy reports nothing, so its CPU is taken
 * for its share of what the whole process has used, and for no more than has passed: on a machine that
 * is overloaded a healthy answer is not ended for the time that others had.
 */
export function useMore(
  used: Used,
  phase: Phase,
  passed: { readonly cpuMs: number; readonly wallMs: number; readonly threads: number },
): Used {
  if (phase === 'waiting') return used;
  const isLoading = phase === 'loading';
  const before = isLoading === used.isLoading ? used : nothingUsed;
  const share = Math.min(passed.wallMs, passed.cpuMs / Math.max(1, passed.threads));
  return { isLoading, cpuMs: before.cpuMs + share, wallMs: before.wallMs + passed.wallMs };
}

/** Whether the thread is to be ended. */
export function isTooMuch({ isLoading, cpuMs, wallMs }: Used): boolean {
  const limit = isLoading ? loading : working;
  return cpuMs > limit.cpuMs || wallMs > limit.wallMs;
}
