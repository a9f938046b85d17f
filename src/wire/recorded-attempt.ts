import type { Billing } from '../policies/billing.ts';
import type { EffectView } from './ledger-operations.ts';

/** Whether a request left the worker; `unknown` when the worker was killed in between. */
export type SentState = 'yes' | 'no' | 'unknown';

/** One attempt as the journal keeps it: no prompt, answer or key. Times by the worker's clock. */
export interface RecordedAttempt {
  /** Unique over all workers: what makes storing it twice the same as once. */
  readonly attemptId: string;
  readonly kind: 'call' | 'effect';
  readonly workflowId: string;
  readonly runId: string;
  /** Request id of the call, or idempotency key of the effect. */
  readonly requestId: string;
  /** What the call or effect is named within its workflow: `extract.repair-1`, `charge`. */
  readonly step: string;
  /** Counted from 1 over all schedulings. */
  readonly attempt: number;
  /** `<provider>:<model>`; calls only. */
  readonly model?: string;
  /** The provider of a call, the target of an effect. */
  readonly provider: string;
  readonly startedAtMs: number;
  readonly sent: SentState;
  readonly sentAtMs?: number;
  /** Absent when the worker was killed before the attempt ended. */
  readonly finishedAtMs?: number;
  /**
   * `answered` (calls), `done` or `replayed` (effects), a failure type, `lost` (the worker was
   * killed), `interrupted` (cancelled, or the worker stopped), `deferred` (the gate sent it back).
   */
  readonly outcome: string;
  /**
   * A short reason from a closed list, for example the provider's error code; of an answer, what is
   * not as the model wrote it.
   */
  readonly reason?: string;
  /** HTTP status. */
  readonly status?: number;
  /** The provider's or target's own id of the request. */
  readonly providerRequestId?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** A decimal string, where the policy names a price for the model. */
  readonly cost?: string;
  readonly currency?: string;
  /** The wait that the answer asked for. */
  readonly retryAfterMs?: number;
  /** The wait before the next attempt, where there is to be one. */
  readonly delayMs?: number;
  /** `probe`: it failed in an outage, cost nothing, and used no attempt. */
  readonly delaySource?: 'policy' | 'Retry-After' | 'gate' | 'probe';
  /** Why there is no next attempt: `permanent`, `attempts`, `elapsed`, `Retry-After over cap`. */
  readonly stopped?: string;
  /** How long the gate held it before it started. */
  readonly heldMs?: number;
  /** Calls only. */
  readonly billing?: Billing;
}

/** An attempt that has begun: what is known before it ends. */
export type BegunAttempt = Omit<RecordedAttempt, 'outcome' | 'finishedAtMs'>;

/** Attempts read at most: they have to fit one answer of Temporal's. */
export const maximumAttemptsRead = 1000;

/** What the worker's database holds about a workflow. */
export interface WorkflowRecords {
  /** The latest that have ended, oldest first. */
  readonly attempts: readonly RecordedAttempt[];
  /** Rows of the ledger. */
  readonly effects: readonly EffectView[];
}
