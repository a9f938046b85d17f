import type { AttemptErrorFields } from '../failures/attempt-error.ts';
import type { CallCosts } from '../policies/call-costs.ts';
import type { Held } from '../wire/held.ts';

/** What every activity's work gets: when to stop, and what its scheduling has used up. */
export interface WorkScope {
  /** Aborts on cancellation and, after the grace period, on the worker's shutdown. */
  readonly signal: AbortSignal;
  readonly workflowId: string;
  readonly runId: string;
  /** Counted from 1 within this scheduling of the activity. */
  readonly attempt: number;
  /** Since the activity was first scheduled, by the server's clock, without what was waited. */
  readonly elapsedMs: () => number;
  /** What this scheduling has used up so far, killed attempts included. */
  readonly costs: () => CallCosts;
  /** Adds to that what this attempt cost although it failed. */
  readonly failedWith: (fields: AttemptErrorFields) => void;
  /** Adds this attempt to {@link costs}: it was interrupted, and may be billed. */
  readonly mayHaveBeenBilled: () => void;
  /** Whether {@link signal} aborted because the worker stops, not because of a cancellation. */
  readonly isWorkerStopping: () => boolean;
}

/** What a gate says of the work that waits at it. */
export interface GateScope {
  /** Takes time out of the elapsed time, for this attempt and those after it. */
  readonly waited: (milliseconds: number) => void;
  /** Says that it waits at a gate; `undefined`: not any more. */
  readonly held: (held: Held | undefined) => void;
  /** Attempts of this scheduling that failed as in an outage. */
  readonly outageFailures: () => number;
}

/** Attempts that are not counted: Temporal does, but nothing was done in them. */
export interface UncountedScope {
  /** Earlier attempts of this scheduling that surely did nothing. */
  readonly didNothing: number;
  /** Counts this attempt among them. */
  readonly thisDidNothing: () => void;
}

/** All of it; each user names the part that it needs. */
export type AttemptScope = WorkScope & GateScope & UncountedScope;
