import { setTimeout as sleep } from 'node:timers/promises';
import { startLoopbackServer } from '../../dev/sandbox/loopback-server.ts';
import type { Point } from './cells.ts';

/** Where workflows stand still until the harness has struck. */
export interface Breakpoints {
  /** For workers in other processes: `POST /?id=...&point=...` is answered when they may go on. */
  readonly origin: string;
  /** Has the workflow stand still when it comes to the point. */
  arm(id: string, point: Point): void;
  /** Called at a point: resolves at once unless it is armed, otherwise when it is released. */
  reach(id: string, point: Point): Promise<void>;
  /** Waits until each of these workflows stands at its point. */
  whenReached(ids: readonly string[], timeoutMs: number): Promise<void>;
  /** Lets all go on, and arms nothing any more. */
  release(): void;
  stop(): Promise<void>;
}

interface Armed {
  readonly point: Point;
  readonly released: PromiseWithResolvers<void>;
  isReached: boolean;
}

const pollMs = 100;

/** Starts the harness's side, on 127.0.0.1. */
export async function startBreakpoints(): Promise<Breakpoints> {
  const armed = new Map<string, Armed>();
  async function reach(id: string, point: Point): Promise<void> {
    const breakpoint = armed.get(id);
    if (breakpoint?.point !== point) return;
    breakpoint.isReached = true;
    await breakpoint.released.promise;
  }
  const server = await startLoopbackServer({
    async handle({ url, response }) {
      const { id = '', point } = Object.fromEntries(url.searchParams);
      await reach(id, point as Point);
      response.end('go on');
    },
  });
  const release = () => {
    for (const { released } of armed.values()) released.resolve();
    armed.clear();
  };
  return {
    origin: server.origin,
    arm: (id, point) =>
      void armed.set(id, { point, released: Promise.withResolvers<void>(), isReached: false }),
    reach,
    async whenReached(ids, timeoutMs) {
      const deadlineMs = performance.now() + timeoutMs;
      for (;;) {
        const missing = ids.filter((id) => armed.get(id)?.isReached !== true);
        if (missing.length === 0) return;
        if (performance.now() > deadlineMs) {
          throw new Error(`never came to their points: ${missing.join(', ')}`);
        }
        await sleep(pollMs);
      }
    },
    release,
    stop() {
      release();
      return server.stop();
    },
  };
}

/** The worker's side: stands still at a point until the harness says go on. */
export function remoteBreakpoints(origin: string): Reach {
  return async (id, point) => {
    const response = await fetch(`${origin}/?${new URLSearchParams({ id, point })}`, {
      method: 'POST',
    });
    await response.text();
  };
}

/** Called when a workflow comes to a point. */
export type Reach = (id: string, point: Point) => Promise<void>;

/** The workflow id in an idempotency key: `<scope>/<workflow id>:<effect>`. */
export function idOfKey(key: string): string {
  return key.slice(key.indexOf('/') + 1, key.lastIndexOf(':'));
}
