import { setTimeout as sleep } from 'node:timers/promises';
import { throughOutage } from '../store/through-outage.ts';

/** When the requests of a batch may be made that has a rate of its own. */
export interface Turns {
  /** Resolves when the next one may ask for its place at the gate, or is to stop. */
  readonly next: (stopping: AbortSignal) => Promise<Turn>;
}

/** The turn of one request. */
export interface Turn extends Disposable {
  /** Resolves when it may leave: at once, unless it waited for long at the gate. */
  readonly leaves: () => Promise<void>;
}

/** So far ahead turns are taken: those of a process that stops are lost to the others. */
const aheadMs = 500;
/** A turn that waited longer at the gate has passed: when the gate opens, not all may leave at once. */
const passedMs = 5000;
/** So many wait at the gate that a provider which takes half of the rate lets none wait for longer. */
const atGateMs = passedMs / 2;

/** All may leave as they like. */
export const noTurns: Turns = {
  next: async () => ({ leaves: async () => {}, [Symbol.dispose]() {} }),
};

/**
 * Spaces the requests of a batch out evenly, over all processes.
 *
 * @param take takes so many turns of all; resolves to the milliseconds until the first.
 */
export function batchTurns(take: (turns: number) => Promise<number>, perMinute: number): Turns {
  const distanceMs = 60_000 / perMinute;
  const together = Math.max(1, Math.floor(aheadMs / distanceMs));
  const mostAtGate = Math.max(1, Math.floor(atGateMs / distanceMs));
  const waiting = new Set<PromiseWithResolvers<number>>();
  let atGate = 0;
  let isTaking = false;

  async function hand(): Promise<void> {
    if (isTaking) return;
    isTaking = true;
    for (;;) {
      // Of those that are stopped more may be about to leave than have a place.
      const room = Math.max(0, mostAtGate - atGate);
      const some = [...waiting].slice(0, Math.min(together, room));
      if (some.length === 0) break;
      atGate += some.length;
      for (const each of some) waiting.delete(each);
      try {
        const waitMs = await throughOutage(() => take(some.length));
        const firstMs = performance.now() + waitMs;
        for (const [nth, { resolve }] of some.entries()) resolve(firstMs + nth * distanceMs);
        // Before the last of them, so that none is late for its turn.
        await sleep(Math.max(0, waitMs + (some.length - 1) * distanceMs - 20));
      } catch (error) {
        for (const { reject } of some) reject(error);
      }
    }
    isTaking = false;
  }

  async function turnAt(stopping: AbortSignal): Promise<number> {
    const place = Promise.withResolvers<number>();
    waiting.add(place);
    const stop = () => {
      // One that waits no more gives its place at the gate back itself.
      if (waiting.delete(place)) {
        atGate += 1;
        place.resolve(0);
      }
    };
    if (stopping.aborted) stop();
    else stopping.addEventListener('abort', stop, { once: true });
    void hand();
    try {
      return await place.promise;
    } catch (error) {
      leave();
      throw error;
    } finally {
      stopping.removeEventListener('abort', stop);
    }
  }

  function leave(): void {
    atGate -= 1;
    void hand();
  }

  return {
    async next(stopping) {
      const atMs = await turnAt(stopping);
      await untilMs(atMs, stopping);
      let isAtGate = true;
      const dispose = () => {
        if (isAtGate) leave();
        isAtGate = false;
      };
      return {
        async leaves() {
          if (performance.now() - atMs > passedMs) {
            const waitMs = await throughOutage(() => take(1));
            await sleep(waitMs);
          }
          dispose();
        },
        [Symbol.dispose]: dispose,
      };
    },
  };
}

async function untilMs(atMs: number, stopping: AbortSignal): Promise<void> {
  const waitMs = atMs - performance.now();
  if (waitMs > 0) await sleep(waitMs, undefined, { signal: stopping }).catch(() => {});
}
