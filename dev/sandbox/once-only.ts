/** A stop that may be asked for twice (by a test and by its cleanup), and runs once. */
export function onceOnly(stop: () => Promise<void>): () => Promise<void> {
  let stopped: Promise<void> | undefined;
  return () => {
    stopped ??= stop();
    return stopped;
  };
}
