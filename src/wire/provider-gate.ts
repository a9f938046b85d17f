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

/** A person's word that nothing is to be sent to a provider, until the person takes it back. */
export interface ProviderHold {
  /** `<provider>`, or `<provider>:<model>`. */
  readonly target: string;
  readonly reason: string;
  /** The client's identity, as its connection knows it: `alice@host`. */
  readonly by: string;
  /** How long it has been so, by the database's clock. */
  readonly ageMs: number;
}

/** What a person asks for. */
export type HoldRequest = Pick<ProviderHold, 'target' | 'reason' | 'by'>;

/** How providers stand: what persons hold, and the gates of all workers. */
export interface ProvidersView {
  readonly holds: readonly ProviderHold[];
  readonly gates: readonly ProviderGate[];
}

/** Whether a gate, or a held call's, is under a hold. */
export function isHoldOf(target: string, model: string): boolean {
  return model === target || model.startsWith(`${target}:`);
}
