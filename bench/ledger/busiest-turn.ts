/**
 * The longest that this thread computed in one turn of the event loop while the work went on. Its own
 * CPU time and not the clock: other programs of the machine, and the disk, take none of it.
 */
export async function busiestTurn(work: () => Promise<unknown>): Promise<number> {
  let longestMs = 0;
  let isOver = false;
  const cpuMs = () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  let lastMs = cpuMs();
  const look = () => {
    const nowMs = cpuMs();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
    if (!isOver) setTimeout(look, 1);
  };
  setTimeout(look, 1);
  try {
    await work();
  } finally {
    isOver = true;
  }
  await new Promise((resolve) => setTimeout(resolve, 5));
  return longestMs;
}
