/** The most of these moments, in milliseconds and in order, that lie within one second. */
export function mostInASecond(timesMs: readonly number[]): number {
  let most = 0;
  let from = 0;
  for (const [index, timeMs] of timesMs.entries()) {
    while ((timesMs[from] ?? 0) <= timeMs - 1000) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}
