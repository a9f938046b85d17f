/** What happens to the provider, and how much is asked of it; the same for every contender. */
export interface Storm {
  /** Calls that start together. */
  readonly calls: number;
  /** The provider answers 503 for so long, counted from the start. */
  readonly downMs: number;
  /** Its capacity: a token bucket fills at this rate. */
  readonly requestsPerSecond: number;
  /** What the bucket holds, in seconds of its rate. */
  readonly burstSeconds: number;
  /** A good answer takes a time between these, evenly spread. */
  readonly latencyMs: readonly [number, number];
  /** `Retry-After` of a 429, in seconds; 0 for none. The 503 of an outage has none. */
  readonly retryAfterSeconds: number;
}

/** Nothing is scaled: these are the times and rates of the real thing. */
export const theStorm: Storm = {
  calls: 2000,
  downMs: 60_000,
  requestsPerSecond: 50,
  burstSeconds: 0.1,
  latencyMs: [50, 300],
  retryAfterSeconds: 1,
};

/** A contender is stopped at so many times the ideal. */
export const patience = 5;

/** The shortest time it can take: the outage, then every second used to the full. */
export function idealMs({ calls, downMs, requestsPerSecond }: Storm): number {
  return downMs + (calls / requestsPerSecond) * 1000;
}
