/** The numbers that a gate works by. Chosen by the simulation in `test/calls/gate/gate-storm.test.ts`. */
export interface GateSettings {
  /** Calls in flight at most to a provider that is new; doubles with each round trip, or second. */
  readonly initialLimit: number;
  /** Calls in flight at most, however well it goes: the provider's share of the worker's slots. */
  readonly maximumLimit: number;
  /** Calls that wait inside the worker at most; more are sent back to their workflows to sleep. */
  readonly maximumWaiting: number;
  /**
   * Calls that the worker can hold, waiting and in flight. A provider that answers may fill the
   * worker: its next calls wait in Temporal's queue, at no cost. When it has gone quiet, its
   * waiting calls are sent back until it holds half. Infinite where it is not known: then none is
   * sent back.
   */
  readonly slots: number;
  /** Silence after which a provider is quiet, or three times its usual time, if that is longer. */
  readonly quietMs: number;
  /** A provider that has never answered is quiet after so long: its usual time is not known. */
  readonly quietAtFirstMs: number;
  /**
   * Calls that may wait at any pace, also while the provider is down. Where each provider has a
   * task queue of its own, as many as its slots: no other provider's calls can starve there.
   */
  readonly minimumWaiting: number;
  /** Failures in a row, without any answer between, after which a provider counts as down. */
  readonly failuresUntilDown: number;
  /** Wait before the first probe of a provider that is down; it doubles with each further probe. */
  readonly firstProbeMs: number;
  /** The wait between probes does not double beyond this, unless `probeShareOfOutage` is more. */
  readonly probeMs: number;
  /** The wait between probes may grow to this share of the outage so far. */
  readonly probeShareOfOutage: number;
  /** Longest wait between probes. */
  readonly longestProbeMs: number;
  /** Requests a second right after a probe succeeded. */
  readonly startRatePerSecond: number;
  /**
   * The rate that a provider is assumed to bear while it is not known, for the return of calls that
   * were sent back: an early return costs a few events in the workflow's history.
   */
  readonly assumedRatePerSecond: number;
  /** Growth of the rate a second, well below the rate that was too much the last time. */
  readonly fastGrowth: number;
  /** Growth of the rate a second, near the rate that was too much; more, the longer ago it was. */
  readonly slowGrowth: number;
  /** The slow growth has doubled so long after the last decrease of the rate. */
  readonly accelerationMs: number;
  /** Where slow growth begins, as a share of the rate that was too much. */
  readonly nearCeiling: number;
  /** The share of the rate that a decrease leaves. */
  readonly decrease: number;
  /** Longest time that one call's Retry-After holds back all calls. */
  readonly longestBlockMs: number;
  /** A provider that has refused nothing for so long counts as free again. */
  readonly forgetMs: number;
}

/** The best values in the simulation, for 10 to 500 requests a second and one or four workers. */
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
 * The settings for a worker with so many slots for calls. A provider gets nine tenths of them for
 * calls in flight, so that others get through when it suddenly stops answering.
 */
export function gateSettingsFor(slots: number): Partial<GateSettings> {
  return {
    slots,
    maximumLimit: Math.max(1, Math.floor(slots * 0.9)),
    maximumWaiting: Math.ceil(slots / 2),
  };
}
