import { longestTimerMs } from '../../policies/backoff.ts';

/** Time as the gate sees it: a real clock, or that of a simulation. */
export interface GateClock {
  /** Milliseconds; never goes backwards. */
  readonly now: () => number;
  /** Calls `then` after so long. @returns a function that prevents it. */
  readonly after: (delayMs: number, then: () => void) => () => void;
}

/** The machine's own time. Its timers keep no process alive: what waits for the gate does that. */
export const realClock: GateClock = {
  now: () => performance.now(),
  after(delayMs, then) {
    const timer = setTimeout(then, Math.min(delayMs, longestTimerMs));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
