/**
 * Starts so many calls, a few at a time: a server takes some 60 workflows a second, and all of them
 * begin within the outage.
 */
export async function startTogether(
  calls: number,
  start: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const atOnce = 20;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < calls) {
        const index = next;
        next += 1;
        await start(index);
      }
    }),
  );
}
