import type { ProviderGate } from './provider-gate.ts';

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
