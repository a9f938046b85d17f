import { Heap } from 'heap-js';
import type { GateClock } from '../../src/calls/gate/gate-clock.ts';

/** A clock that jumps from one event to the next. */
export interface VirtualClock extends GateClock {
  /** Runs the next event. @returns false when there is none. */
  readonly step: () => boolean;
  /** Runs all events of so long a time. */
  readonly advance: (milliseconds: number) => void;
}

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly then: () => void;
}

/** Starts at 0. Events of one moment run in the order in which they were asked for. */
export function createVirtualClock(): VirtualClock {
  const heap = new Heap<Event>((a, b) => a.atMs - b.atMs || a.order - b.order);
  const stopped = new Set<Event>();
  let nowMs = 0;
  let order = 0;

  function step(): boolean {
    while (true) {
      const event = heap.pop();
      if (!event) return false;
      if (stopped.delete(event)) continue;
      nowMs = event.atMs;
      event.then();
      return true;
    }
  }

  return {
    now: () => nowMs,
    after(delayMs, then) {
      const event: Event = { atMs: nowMs + Math.max(0, delayMs), order: order++, then };
      heap.push(event);
      return () => void stopped.add(event);
    },
    step,
    advance(milliseconds) {
      const untilMs = nowMs + milliseconds;
      while ((heap.peek()?.atMs ?? Number.POSITIVE_INFINITY) <= untilMs) step();
      nowMs = untilMs;
    },
  };
}
