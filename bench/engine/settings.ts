/** Calls that a worker of either kind has in flight at most. */
export const concurrentCalls = 1000;
