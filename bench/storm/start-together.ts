import pMap from 'p-map';

/**
 * Starts so many calls, a few at a time: a server takes some 60 workflows a second, and all of them
 * begin within the outage.
 */
export async function startTogether(
  calls: number,
  start: (index: number) => Promise<unknown>,
): Promise<void> {
  await pMap(Array(calls).keys(), start, { concurrency: 20 });
}
