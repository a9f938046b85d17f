import type { FailureType } from '../failures/failure-types.ts';
import type { ModelPolicy } from '../policies/retry-policy.ts';

/** What the workflow `batch` is started with; its lines are rows of the ledger's database. */
export interface BatchInput {
  /** Of its rows, and of the workflow. */
  readonly id: string;
  readonly tenant: string;
  /** A client's batch, by OpenAI's API: its file is read first, and what is over by then has expired. */
  readonly client?: { readonly expiresAtMs: number };
}

/** What rules a batch from the moment on at which a person says so. */
export interface BatchRules {
  readonly policy: ModelPolicy;
  /** Lines in flight at most, over all workers. */
  readonly concurrency: number;
  /** Requests a minute at most, over all workers; absent: as the providers allow. */
  readonly requestsPerMinute?: number;
  /** Its lines go only while no other call waits at the gate of a worker. */
  readonly isLow?: boolean;
  /** What it may cost in all, in 10^-9 of the unit of its models' prices. */
  readonly maximumCostNano?: number;
  /** Lines go to their provider's own Batch API first, where it has one. */
  readonly viaBatchApi?: {
    /** Otherwise only what was submitted before is waited for. */
    readonly submits: boolean;
    /** What failed there, or was not run, is run live. */
    readonly thenLive: boolean;
    readonly pollMs: number;
  };
}

/** Lines of a batch that an activity runs, by their numbers in order of arrival; both ends included. */
export interface LineRange {
  readonly from: number;
  readonly to: number;
}

/** A range, with its share of what rules the batch. */
export interface RangeInput extends LineRange, BatchInput, BatchRules {}

/** How a range ended. */
export type RangeResult =
  | { readonly kind: 'done' }
  /** Nothing is to be sent for now: the rest of it is run later. */
  | {
      readonly kind: 'held';
      readonly delayMs: number;
      readonly gate: string;
      readonly reason: string;
    }
  /** What a person cures, and no line is to be blamed for. */
  | {
      readonly kind: 'stopped';
      readonly type: FailureType;
      readonly message: string;
      readonly model: string;
    };

/** How far a batch has come. */
export interface BatchCounts {
  readonly total: number;
  readonly answered: number;
  readonly failed: number;
  /** Requests that were about to be made, repairs included. */
  readonly attempts: number;
  /** Of these, such as may be billed without an answer: lost with a worker, or by a timeout. */
  readonly possiblyBilled: number;
  readonly repairs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** What answers cost, in 10^-9 of the unit; of models without a price nothing is counted. */
  readonly costNano: number;
}
