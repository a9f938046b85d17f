import { setTimeout as sleep } from 'node:timers/promises';

const everyMs = 200;
/** By then no client waits any more. */
const longestMs = 10 * 60_000;

/**
 * Makes a write that waits for a database that is away: what it records is paid for, and is nowhere else.
 *
 * @returns a function that throws what the last try has thrown, in the end.
 */
export function keepTrying<Args extends unknown[], Result>(
  write: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    const untilMs = performance.now() + longestMs;
    while (true) {
      try {
        return await write(...args);
      } catch (error) {
        if (performance.now() > untilMs) throw error;
        await sleep(everyMs, undefined, { ref: false });
      }
    }
  };
}
