import type { FailureType } from '../failures/failure-types.ts';
import type { HeldStep } from './held.ts';
import type { CallReport } from './model-call.ts';

/** What a workflow tells about itself while it runs; the answer to the query `progress`. */
export interface Progress extends CallReport {
  /** In words, for people: "extract order", "charge", "waiting for approval". */
  readonly step: string;
  /** Effects done, in order. */
  readonly effects: readonly DoneEffect[];
  /** Calls that are held, so that nothing is sent for them now; absent while there is none. */
  readonly held?: readonly HeldStep[];
  /** Open calls, by step: what earlier schedulings of their activity have used. */
  readonly calls?: Readonly<Record<string, Tries>>;
  /** What it waits for a person to do, the longest wait first; absent while it waits for no person. */
  readonly parked?: readonly Parked[];
  /** What persons did about it, in order; absent before the first answer. */
  readonly answers?: readonly ParkAnswer[];
}

/** An effect that is done. */
export interface DoneEffect {
  readonly name: string;
  readonly replayed: boolean;
  /** For people: `charged 12.00 EUR (pi_1)`. */
  readonly did?: string;
}

/** What a workflow that did not complete leaves behind it. */
export interface LeftBehind {
  /** What its effects did, a clause each: `charged 12.00 EUR (pi_1)`. */
  readonly done: readonly string[];
  /** Keys of effects that may have happened: the ledger has them as `unknown`, for a person. */
  readonly inDoubt: readonly string[];
}

/** How many attempts a call had before its activity was scheduled, of how many. */
export interface Tries {
  readonly attemptsUsed: number;
  /** 0: nothing caps them. */
  readonly maximumAttempts: number;
}

/** A wait for a person. */
interface Park {
  /** Names this wait: an answer that names another one is refused. Another one also after a Reset. */
  readonly parkId: string;
  /** The effect or the question that waits. */
  readonly step: string;
  /** Why, a clause each. */
  readonly reasons: readonly string[];
  /** UTC, ISO 8601. */
  readonly since: string;
  /** When the step fails unless a person has answered; UTC. Absent: never. */
  readonly until?: string;
}

/** An order that waits for a person to approve what is to be charged. */
export interface ParkedForApproval extends Park {
  readonly type: 'ApprovalRequired';
  /** What an answer must name to count: it is bound to what was seen. */
  readonly fingerprint: string;
  /** Whether the answer must bring the amount, because the order's own is ambiguous. */
  readonly amountNeeded: boolean;
  /** The same was approved before in this run: an approval must name this park. */
  readonly again?: boolean;
}

/** A step that failed for good and is tried again when a person says so. */
export interface ParkedOnFailure extends Park {
  readonly type: Exclude<FailureType, 'ApprovalRequired'>;
  /** The policy that rules the step: what `resume --set` may change. */
  readonly policy: string;
  /** The model that was asked; absent for effects. */
  readonly model?: string;
  /** The effect's idempotency key, with its generation; absent for calls. */
  readonly effectKey?: string;
  /** The effect's target, `stripe`; absent for calls, and where the effect did not come to it. */
  readonly target?: string;
  /** Whether the workflow can go on without the step's result. */
  readonly skippable: boolean;
}

/** A workflow that waits for a person. */
export type Parked = ParkedForApproval | ParkedOnFailure;

/** Who ended a park, how and when. */
export interface ParkAnswer {
  readonly parkId: string;
  readonly step: string;
  readonly type: FailureType;
  /** `approved`, `retry`, `skip`, `resolved: happened`, ...; `deadline` or `cancelled` where no answer came. */
  readonly did: string;
  /** The client's identity, as its connection knows it; absent for a deadline. */
  readonly by?: string;
  /** When the wait began; UTC. Absent in histories from before this was kept. */
  readonly since?: string;
  /** UTC, ISO 8601. */
  readonly at: string;
}
