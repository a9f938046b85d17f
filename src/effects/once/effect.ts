import type { Transaction } from 'kysely';
import type { z } from 'zod';
import type { Tables } from '../../database/database-schema.ts';
import type { Json } from '../../wire/json.ts';
import type { Ledger } from './ledger.ts';

/** How an effect comes to be done once, by what its target offers (strongest first). */
export type Way = 'same transaction' | 'native key' | 'find before create' | 'at most once';

/** What an effect's code gets. */
export interface EffectContext<Input> {
  /** The idempotency key, generation included: what the target is given. */
  readonly key: string;
  readonly input: Input;
  /** The exact request as stored at the claim: send this, not one made anew. */
  readonly request: Json;
  /** The target's API version as stored at the claim. */
  readonly apiVersion: string | undefined;
  /** When something may first have been sent, by the database's clock. */
  readonly firstSentAtMs: number;
  /** When this attempt claimed it, by the same clock. */
  readonly claimedAtMs: number;
  /** How long ago something may first have been sent: for targets that tell their own time. */
  readonly ageMs: () => number;
  /** Whether an earlier attempt may have done it already. */
  readonly inDoubt: boolean;
  /** Ends the attempt's requests after the request timeout. A cancellation does not: see `runOnce`. */
  readonly signal: AbortSignal;
  /** What is left of the request timeout, at least 1 ms; for SDKs that take no signal. */
  readonly leftMs: () => number;
  readonly heartbeat: () => void;
  /** Makes sure, right before something is sent, that no other worker took the claim over. */
  readonly stillMine: () => Promise<void>;
}

interface Declaration<Input, Result> {
  /** Part of the key; matches `namePattern`, and never changes once rows exist. */
  readonly name: string;
  /** Who fails when it fails: `stripe`, `github`, `database`. */
  readonly target: string;
  readonly input: z.ZodType<Input>;
  readonly result: z.ZodType<Result>;
  /** Identity fields only: same key with other identity is `IdempotencyKeyReused`. */
  readonly identity: (input: Input) => Json;
  /** The exact request, stored at the claim and sent again verbatim. Default: the identity. */
  readonly request?: (input: Input, key: string) => Json;
  readonly apiVersion?: string;
  /** Whether its target's outages are waited out: a repeat is known to do no harm there. */
  readonly isPatient?: boolean;
  /** For people, a clause in the past tense, of what ids they need: `charged 12.00 EUR (pi_1)`. */
  readonly did?: (result: Result) => string;
  /** For `effects reconcile`, and before a person has an effect done anew. */
  readonly findMarked?: FindMarked;
}

/** What a target holds of an effect's doing, found without the effect's input. */
export interface MarkedItem {
  /** The mark that identifies the key: equal to `markOf(key)` of exactly one key. */
  readonly mark: string;
  /** The target's own id: `pi_...`, an issue's number. */
  readonly id: string;
  /** Whether it is there for good: a payment that failed, or a twin that was closed, is not. */
  readonly done: boolean;
  /** In the target's words: `succeeded`, `closed`. */
  readonly state: string;
}

/** Lists what a target holds of ours. */
export interface FindMarked {
  /** The mark that the item of this key bears. */
  readonly markOf: (key: string) => string;
  /** Whether the result that the ledger holds is of this item. */
  readonly idOf: (result: Json) => string | undefined;
  /**
   * All items of ours since, page by page as the target gives them, and a page also where none of it is
   * ours; throws `EffectError` when the list is not whole.
   *
   * @param query.sinceMs of the target's clock; the caller leaves a margin.
   * @param query.request as stored at the claim, to narrow the list where only one key is asked for.
   */
  readonly list: (query: {
    readonly sinceMs: number;
    readonly request?: Json;
    readonly signal: AbortSignal;
  }) => AsyncIterable<readonly MarkedItem[]>;
}

/** An effect written in the ledger's own transaction: no window at all. */
export interface TransactionEffect<Input, Result> extends Declaration<Input, Result> {
  readonly way: 'same transaction';
  /** The ledger it was made for: in any other database the promise would be void. */
  readonly ledger: Ledger;
  readonly run: (
    context: EffectContext<Input> & { readonly transaction: Transaction<Tables> },
  ) => Promise<Result>;
  /** Removes what it wrote, together with the ledger's row, once that is pruned. */
  readonly forget?: (key: string, transaction: Transaction<Tables>) => Promise<unknown>;
}

interface OutsideDeclaration<Input, Result> extends Declaration<Input, Result> {
  /** Does it; throws `EffectError`. Anything else it throws leaves the effect in doubt. */
  readonly run: (context: EffectContext<Input>) => Promise<Result>;
}

/** Asks the target whether it was done; `undefined` means that it was not found. */
type LookUp<Input, Result> = (context: EffectContext<Input>) => Promise<Result | undefined>;

/** The target tells repeats apart by the key: an attempt in doubt sends the same request again. */
export interface NativeKeyEffect<Input, Result> extends OutsideDeclaration<Input, Result> {
  readonly way: 'native key';
  /** How long after the first sending the target knows the key; from then on it is looked up. */
  readonly keyWindowMs?: number;
  readonly lookUp?: LookUp<Input, Result>;
}

/**
 * The target has no keys but can be searched: every attempt looks up before it runs. Where it is not in
 * doubt nothing of ours can be older than the first sending; it costs one question, which also tells
 * whether the target is there before anything is sent that could be in doubt.
 */
export interface FindBeforeCreateEffect<Input, Result> extends OutsideDeclaration<Input, Result> {
  readonly way: 'find before create';
  readonly keyWindowMs?: never;
  readonly lookUp: LookUp<Input, Result>;
  /**
   * How long after it was sent the target may still act on a request that nobody waits for any more, where
   * that is longer than the request timeout. What is created before that, another may join unseen.
   */
  readonly actsWithinMs?: number;
}

/** At most once: after an attempt in doubt a look-up or a person decides. */
export interface AtMostOnceEffect<Input, Result> extends OutsideDeclaration<Input, Result> {
  readonly way: 'at most once';
  readonly keyWindowMs?: never;
  readonly lookUp?: LookUp<Input, Result>;
}

/** An effect on a target outside. */
export type OutsideEffect<Input, Result> =
  | NativeKeyEffect<Input, Result>
  | FindBeforeCreateEffect<Input, Result>
  | AtMostOnceEffect<Input, Result>;

/** A side effect as a declaration: all that has to be written, since `runOnce` does the rest. */
export type Effect<Input, Result> = TransactionEffect<Input, Result> | OutsideEffect<Input, Result>;

/** The longest clause that is kept of what an effect did: it travels with its workflow's state. */
const longestDid = 200;

/** What an effect did, in its own words, where it has any; a mistake in them spoils no effect. */
export function didOf<Input, Result>(
  { did }: Effect<Input, Result>,
  result: Result,
): { readonly did?: string } {
  try {
    const words = did?.(result);
    return words === undefined ? {} : { did: words.slice(0, longestDid) };
  } catch {
    return {};
  }
}
