import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestStore } from '../store/request-store.ts';

/** Waits for requests that others make, a workflow or another gateway: one query for all of them. */
export interface EndWatch {
  /** Resolves when the request has ended. @throws the signal's reason when it aborts first. */
  readonly ended: (id: string, signal: AbortSignal) => Promise<void>;
  /** For a request of this process: no need to ask. */
  readonly tell: (id: string) => void;
}

/** Makes the watch; it asks the database only while somebody waits. */
export function createEndWatch(store: Pick<RequestStore, 'ended'>, everyMs = 50): EndWatch {
  const waiting = new Map<string, Set<() => void>>();
  let isAsking = false;

  async function ask(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    while (waiting.size > 0) {
      await sleep(everyMs);
      // A database that is away is asked again: those who wait have deadlines of their own.
      const ended = await store.ended([...waiting.keys()]).catch(() => []);
      for (const id of ended) tell(id);
    }
    isAsking = false;
  }

  function tell(id: string): void {
    for (const resolve of waiting.get(id) ?? []) resolve();
    waiting.delete(id);
  }

  return {
    tell,
    ended(id, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const all = waiting.get(id) ?? new Set();
        const done = () => {
          signal.removeEventListener('abort', abort);
          resolve();
        };
        const abort = () => {
          all.delete(done);
          if (all.size === 0) waiting.delete(id);
          reject(signal.reason);
        };
        signal.addEventListener('abort', abort, { once: true });
        waiting.set(id, all.add(done));
        void ask();
      });
    },
  };
}
