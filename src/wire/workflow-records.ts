import type { EffectView } from './ledger-operations.ts';
import type { RecordedAttempt } from './recorded-attempt.ts';

/** Attempts read at most: they have to fit one answer of Temporal's. */
export const maximumAttemptsRead = 1000;

/** What the worker's database holds about a workflow. */
export interface WorkflowRecords {
  /** The latest that have ended, oldest first. */
  readonly attempts: readonly RecordedAttempt[];
  /** Rows of the ledger. */
  readonly effects: readonly EffectView[];
}
