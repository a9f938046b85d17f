import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until there is an answer; a test's own timeout ends what never comes. */
export async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  while (true) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(50);
  }
}
