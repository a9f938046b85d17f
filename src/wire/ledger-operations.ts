import type { Verdict } from './park-answers.ts';

/** All states of effects, for filters. */
export const effectStates = ['started', 'succeeded', 'failed', 'released', 'unknown'] as const;
/** What became of an effect, as its row says. */
export type EffectState = (typeof effectStates)[number];

/** Which rows of the ledger. What is not named is not filtered by. */
export interface EffectFilter {
  readonly state?: EffectState;
  readonly workflowId?: string;
  /** `charge`; with its step, `charge.2026-11`, only that one. */
  readonly effect?: string;
  /** Only rows that did not change for so long. */
  readonly olderThanMs?: number;
  /** Only rows that changed since. */
  readonly youngerThanMs?: number;
  /** Rows at most; 100 by default, 500 at most. */
  readonly limit?: number;
  /** Goes on after the last row of a page: its `cursor`. */
  readonly after?: string;
}

/** A row as persons see it. Without the request: it holds what customers wrote. */
export interface EffectView {
  /** With its generation: what the target knows it by. */
  readonly key: string;
  readonly effect: string;
  readonly generation: number;
  readonly state: EffectState;
  /** Whether an earlier attempt may have done it. */
  readonly inDoubt: boolean;
  /** `started`, and no worker is at it: it may have happened. Its workflow may try it again, or be gone. */
  readonly isLapsed?: boolean;
  /** UTC, by the database's clock. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** The failure of a row that is `failed` or `unknown`: "EffectRefused by stripe (card_declined)". */
  readonly failure?: string;
}

/** A page of rows, newest change first. */
export interface EffectPage {
  readonly effects: readonly EffectView[];
  /** There are more: pass it as `after`. */
  readonly cursor?: string;
}

/** One row in full. */
export interface EffectDetails extends EffectView {
  readonly workflowId: string;
  readonly fingerprint: string;
  readonly firstSentAt: string;
  readonly claimedAt: string;
  /** How long its claim still holds; only while it is `started`. */
  readonly leaseLeftMs?: number;
  readonly apiVersion?: string;
  readonly requestBytes: number;
  readonly result?: unknown;
  /** In place of a result that is too large to be shown. */
  readonly resultBytes?: number;
}

/** A person's verdict on an effect, to be settled in the ledger. */
export interface ResolveEffect {
  readonly workflowId: string;
  /** With its step, where it has one. */
  readonly effect: string;
  /** The latest when it is not named. */
  readonly generation?: number;
  /** The scope of the key as it was given: another one is another ledger's business. */
  readonly scope?: string;
  readonly verdict: Verdict;
  readonly resolvedBy: string;
}

/** A difference between the ledger and what a target holds. */
export interface Difference {
  readonly kind: 'missing at the target' | 'not in the ledger' | 'twice at the target' | 'happened';
  /** Absent where the target's item has no key that the ledger knows. */
  readonly key?: string;
  /** The target's own id, for example `pi_...`. */
  readonly id?: string;
  /** A sentence. */
  readonly what: string;
}

/** What a comparison of the ledger with the targets found. */
export interface Reconciliation {
  /** Rows and items that were compared, by target. */
  readonly compared: Readonly<Record<string, { readonly rows: number; readonly items: number }>>;
  /** A thousand at most. */
  readonly differences: readonly Difference[];
  /** How many there are beside them, if any. */
  readonly notNamed?: number;
  /** Targets that could not be asked, and why. */
  readonly notAsked: Readonly<Record<string, string>>;
}

/** What a ledger that was restored from a backup may have forgotten. */
export interface Restored {
  /** UTC. */
  readonly backupTime: string;
  /** Workflows that were not closed by then: an effect of theirs without a row is in doubt. */
  readonly workflows: number;
  /** Rows that were given back before the backup, and are in doubt now. */
  readonly released: number;
}

/** What a prune removed and kept. */
export interface Pruned {
  readonly removed: number;
  /** Old enough, and kept because Temporal still knows their workflow: it could be Reset. */
  readonly keptForWorkflow: number;
  /** Attempts of calls and effects, older than asked. */
  readonly attempts: number;
  /** Doubts since a restore, older than asked, of workflows that Temporal has forgotten. */
  readonly doubts: number;
  /** Dry run: nothing was removed. */
  readonly dryRun: boolean;
}
