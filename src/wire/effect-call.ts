import type { RetryPolicy } from '../policies/retry-policy.ts';

/** What a workflow asks of an effect's activity. */
export interface EffectRequest<Input> {
  readonly input: Input;
  readonly policy: RetryPolicy;
  /** Names one of several effects of the same kind in a workflow: `2026-11`. */
  readonly step?: string;
  /** The scope of the run's keys, as its rules say: under another one the effect would be another. */
  readonly scope?: string;
}

/** What an effect's activity returns. */
export interface EffectOutcome<Result> {
  readonly result: Result;
  /** Done before: the stored result came back and nothing was called. */
  readonly replayed: boolean;
  /** For people, a clause in the past tense: `charged 12.00 EUR (pi_1)`. */
  readonly did?: string;
}

/** What a workflow that ends asks about an effect that it began. */
export interface SettleRequest extends Required<Pick<EffectRequest<unknown>, 'scope'>> {
  /** Without its step. */
  readonly effect: string;
  readonly step?: string;
  readonly input: unknown;
  /** Of its one look-up. */
  readonly requestTimeoutMs: number;
}

/** What became of an effect whose workflow ends. */
export interface SettledEffect {
  /** With its generation. */
  readonly key: string;
  /** `unknown`: it may have happened, and a person looks. */
  readonly state: 'done' | 'refused' | 'not done' | 'unknown';
  /** Where it is done. */
  readonly did?: string;
}

/** What is known of an effect without its code: all that workflows and the command line need. */
export interface ListedEffect {
  /** Part of the idempotency key, and the activity's name; never changes once rows exist. */
  readonly name: string;
  /** The policy that rules it: one of the catalogue, or its own. */
  readonly policy: string;
  /** For people. */
  readonly does: string;
  /** How long `effects prune` keeps its rows at least; longer than any target knows its keys. */
  readonly retentionDays: number;
}
