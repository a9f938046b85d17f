/** The numbers that a gate works by. Chosen by the simulation in `test/calls/gate/gate-storm.test.ts`. */
export interface GateSettings {
  /** Calls in flight to a provider that has not been heard of yet; doubles with each round trip. */
  readonly initialLimit: number;
  /** Calls in flight at most, however well it goes: the provider's share of the worker's slots. */
  readonly maximumLimit: number;
  /** Calls that wait inside the worker at most; more are sent back to their workflows to sleep. */
  readonly maximumWaiting: number;
  /**
   * Calls that the worker can hold, waiting and in flight. While a provider answers, its calls may
   * fill the worker: the next ones wait in Temporal's queue, for nothing. When it has gone quiet,
   * those who wait for it give way until it keeps half. Infinite where it is not known: nobody does.
   */
  readonly slots: number;
  /** A provider that answers none of its calls for so long, or three times as long as usual, is quiet. */
  readonly quietMs: number;
  /** The same for one that never answered: nobody knows what is usual for it. */
  readonly quietAtFirstMs: number;
  /**
   * Calls that may wait whatever the pace, also while the provider is down. Where each provider has
   * a task queue of its own, as many as its slots: nothing else can starve, and waiting in
   * Temporal's queue is free.
   */
  readonly minimumWaiting: number;
  /** Failures in a row, without any answer between, after which a provider counts as down. */
  readonly failuresUntilDown: number;
  /** The first probe of a provider that is down comes after so long; the wait doubles, */
  readonly firstProbeMs: number;
  /** but not beyond this, */
  readonly probeMs: number;
  /** or beyond this share of the outage so far, whichever is longer, */
  readonly probeShareOfOutage: number;
  /** and never beyond this. */
  readonly longestProbeMs: number;
  /** Requests a second right after a probe succeeded. */
  readonly startRatePerSecond: number;
  /**
   * What a provider is taken to bear while nobody knows, for the return of calls that were sent
   * back: each return before its turn costs a few events in the workflow's history.
   */
  readonly assumedRatePerSecond: number;
  /** Growth a second while the rate is well below what was too much the last time. */
  readonly fastGrowth: number;
  /** Growth a second near that rate; it accelerates as the last "too many" recedes. */
  readonly slowGrowth: number;
  /** The slow growth has doubled so long after the last decrease. */
  readonly accelerationMs: number;
  /** Where slow growth begins, as a share of the rate that was too much. */
  readonly nearCeiling: number;
  /** What a decrease leaves of the rate. */
  readonly decrease: number;
  /** The longest that everybody waits because one was told a Retry-After. */
  readonly longestBlockMs: number;
  /** A limit that nobody has met for so long is forgotten. */
  readonly forgetMs: number;
}

/** What the simulation found good between 10 and 500 requests a second, for one and four workers. */
export const defaultGateSettings: GateSettings = {
  initialLimit: 20,
  maximumLimit: 100,
  maximumWaiting: 50,
  slots: Number.POSITIVE_INFINITY,
  quietMs: 5000,
  quietAtFirstMs: 15_000,
  minimumWaiting: 10,
  failuresUntilDown: 5,
  firstProbeMs: 1000,
  probeMs: 3000,
  probeShareOfOutage: 0.1,
  longestProbeMs: 30_000,
  startRatePerSecond: 5,
  assumedRatePerSecond: 35,
  fastGrowth: 0.5,
  slowGrowth: 0.005,
  accelerationMs: 10_000,
  nearCeiling: 0.93,
  decrease: 0.7,
  longestBlockMs: 300_000,
  forgetMs: 600_000,
};

/**
 * The settings for a worker with so many slots for calls. In flight a provider gets nine tenths of
 * them, so that others get through when it stops to answer all at once.
 */
export function gateSettingsFor(slots: number): Partial<GateSettings> {
  return {
    slots,
    maximumLimit: Math.max(1, Math.floor(slots * 0.9)),
    maximumWaiting: Math.ceil(slots / 2),
  };
}
