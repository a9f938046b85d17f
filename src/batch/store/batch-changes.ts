import type { KeyBudget } from '../../gateway/keys/key-limits.ts';

/** A line that is about to be sent: the intent, committed before. */
export interface Sending {
  readonly seq: number;
  /** Who runs its range: when that is another one by now, it is not sent. */
  readonly owner: string;
  /** Its attempt before was lost with its worker, and may have been billed. */
  readonly isAfterLost: boolean;
  /** What it costs at most, in 10^-9 of the unit. */
  readonly reservedNano: number;
}

/** What an attempt turned out to cost. */
export interface Paid {
  readonly isPossiblyBilled: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costNano: number;
  /** What was reserved for it, and is not spent. */
  readonly releasedNano: number;
  /** Where it was reserved of a key's budget. */
  readonly window?: string | undefined;
}

/** An attempt of a line that failed, and that another one follows. */
export interface FailedTry extends Paid {
  readonly seq: number;
  /** Who made it: a line that another one has taken meanwhile stays with that one. */
  readonly owner: string;
  /** No cap counts it. */
  readonly isFree: boolean;
  /** An answer that does not keep to the schema, and that the next attempt shows to the model. */
  readonly toRepair: Uint8Array | null;
}

/** How a line ended. */
export interface LineEnd extends Paid {
  readonly seq: number;
  /** Who had it: a failure of a line that another one has taken meanwhile says nothing of it. */
  readonly owner?: string | undefined;
  readonly state: 'answered' | 'failed';
  readonly status: number | null;
  readonly requestId: string | null;
  readonly answer: Uint8Array | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

/** What is committed together. */
export interface BatchCommit {
  readonly sending: readonly Sending[];
  readonly failed: readonly FailedTry[];
  readonly ended: readonly LineEnd[];
  /** What the batch may cost in all. */
  readonly maximumCostNano?: number | undefined;
  /** That of the key that it is charged to. */
  readonly budget?: KeyBudget | undefined;
}

/** What came of the intents. */
export interface Committed {
  /** Those that may be sent. */
  readonly sent: ReadonlySet<number>;
  /** Others were not, since with them the batch could cost more than it may. */
  readonly isOverBudget: boolean;
  /** Others were not, since the key's budget has no room for them. */
  readonly isOverKeyBudget?: boolean;
  /** Where they were reserved of the key's budget. */
  readonly window?: string | undefined;
}
