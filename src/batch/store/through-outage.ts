/** A database that restarts: answers that are paid wait for it. Given up, their lines are sent again. */
const againAfterMs = [100, 500, 2000, 5000, 10_000];

/** Does something at the database, and again while it is away for a moment. */
export async function throughOutage<T>(work: () => Promise<T>): Promise<T> {
  for (let again = 0; ; again += 1) {
    try {
      return await work();
    } catch (error) {
      const delayMs = againAfterMs[again];
      if (delayMs === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}
