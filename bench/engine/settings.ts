/** Calls that a worker of either kind has in flight at most: a provider gets nine tenths of them. */
export const concurrentCalls = 1200;
