import type { RetryPolicy } from '../policies/retry-policy.ts';

/** What a workflow asks of an effect's activity. */
export interface EffectRequest<Input> {
  readonly input: Input;
  readonly policy: RetryPolicy;
  /** Names one of several effects of the same kind in a workflow: `2026-11`. */
  readonly step?: string;
}

/** What an effect's activity returns. */
export interface EffectOutcome<Result> {
  readonly result: Result;
  /** Done before: the stored result came back and nothing was called. */
  readonly replayed: boolean;
}
