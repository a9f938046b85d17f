import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';

/** Tells when the Temporal server is away, and when it is back: once each, however many polls fail. */
export type ServerAway = ReturnType<typeof createServerAway>;

const askEveryMs = 1000;
/** Polls that failed before the server was back say so after it, too: dozens, each with delays of its own. */
const echoMs = 5000;

/** @param log gets `temporal.away` and `temporal.back`. */
export function createServerAway(log: Logger) {
  let isAway = false;
  let backMs = Number.NEGATIVE_INFINITY;
  let ask: (() => Promise<unknown>) | undefined;
  const stopped = new AbortController();

  async function untilBack(): Promise<void> {
    const sinceMs = performance.now();
    while (!stopped.signal.aborted) {
      const isBack = await ask?.().then(
        () => true,
        () => false,
      );
      if (isBack) {
        const awayMs = Math.round(performance.now() - sinceMs);
        backMs = performance.now();
        log.info({ event: 'temporal.back', awayMs }, 'the Temporal server answers again');
        break;
      }
      await sleep(askEveryMs, undefined, { ref: false, signal: stopped.signal }).catch(() => {});
    }
    isAway = false;
  }

  return {
    /** A request to the server was tried again. */
    noticed(reason: string) {
      if (isAway || !ask || stopped.signal.aborted) return;
      if (performance.now() - backMs < echoMs) return;
      isAway = true;
      const what =
        'the Temporal server does not answer; attempts that run go on, and it is asked on';
      log.warn({ event: 'temporal.away', reason }, what);
      void untilBack();
    },
    /** How the server is asked whether it is back; without, that is not told. */
    askWith(how: () => Promise<unknown>) {
      ask = how;
    },
    stop: () => stopped.abort(),
  };
}
