/** A gate at a moment, for people and metrics. */
export interface GateSnapshot {
  /** `free` and `limited` let calls go; `down` and `probing` hold them back. */
  readonly state: 'free' | 'limited' | 'down' | 'probing';
  /** How long it has been so. */
  readonly forMs: number;
  /** Calls in flight at most. */
  readonly limit: number;
  readonly inFlight: number;
  /** Calls that wait in this worker. */
  readonly waiting: number;
  /** The pace, while limited. */
  readonly ratePerSecond?: number;
  /** When the next call may go, where that is known: a pause, a Retry-After, the next probe. */
  readonly nextInMs?: number;
}

/** A gate's state with what it is for. */
export interface NamedGateSnapshot extends GateSnapshot {
  /** `<provider>:<model>`; the name of a provider stands for one address with one key. */
  readonly model: string;
}

/** A gate of one of the workers, as it said of itself a moment ago. */
export interface ProviderGate extends NamedGateSnapshot {
  /** As Temporal names it: process and machine. */
  readonly worker: string;
  /** How long ago the worker said so; `forMs` and `nextInMs` are reckoned from there to now. */
  readonly ageMs: number;
}
