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
  const heap: Event[] = [];
  const stopped = new Set<Event>();
  let nowMs = 0;
  let order = 0;

  const isBefore = (a: Event, b: Event) => a.atMs - b.atMs || a.order - b.order;
  function push(event: Event): void {
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Event;
      if (isBefore(above, event) <= 0) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = event;
  }
  function pop(): Event | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let index = 0;
    while (true) {
      let child = 2 * index + 1;
      const right = heap[child + 1];
      if (right && isBefore(right, heap[child] as Event) < 0) child += 1;
      const below = heap[child];
      if (!below || isBefore(last, below) <= 0) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
    return first;
  }
  function step(): boolean {
    while (true) {
      const event = pop();
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
      push(event);
      return () => void stopped.add(event);
    },
    step,
    advance(milliseconds) {
      const untilMs = nowMs + milliseconds;
      while (heap[0] && heap[0].atMs <= untilMs) step();
      nowMs = untilMs;
    },
  };
}
