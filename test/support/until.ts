import { setTimeout as sleep } from 'node:timers/promises';

const firstRestMs = 10;
const longestRestMs = 200;

/**
 * Asks until there is an answer, at once and then ever more rarely: asking takes the processor from
 * what is waited for. A test's own timeout ends what never comes.
 */
export async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let restMs = firstRestMs; ; restMs = Math.min(restMs * 1.5, longestRestMs)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(restMs);
  }
}
