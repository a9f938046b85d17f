import { AttemptError, type AttemptErrorFields, unexpected } from '../../failures/attempt-error.ts';

/**
 * What a failed attempt means for the effect itself; the ledger row follows it.
 *
 * - `nothing happened`: surely not done and never will be by this attempt: `released`.
 * - `in doubt`: it may have happened: the row stays claimed, and the next attempt does what the
 *   effect's way allows (same key again, look up first, or nothing at all).
 * - `refused`: the target's definitive no: stored, and replayed as the same failure.
 * - `unknown`: doubt that this attempt could not clear and no repeat will: a person decides.
 */
export type EffectState = 'nothing happened' | 'in doubt' | 'refused' | 'unknown';

/** A failed attempt of an effect, as its adapter reports it to `runOnce`. */
export class EffectError extends AttemptError {
  readonly state: EffectState;
  constructor(state: EffectState, fields: AttemptErrorFields, options?: ErrorOptions) {
    super(fields, options);
    this.state = state;
  }
}

/** A row of a classifier's table: what happened, and the failure it becomes. */
export interface ClassifiedEffect {
  readonly state: EffectState;
  readonly fields: AttemptErrorFields;
}

/** A provider's error code is shown only if it looks like one: it must never carry free text. */
export function reasonFrom(...codes: readonly unknown[]): string | undefined {
  const code = codes.find((candidate) => typeof candidate === 'string' && candidate !== '');
  return typeof code === 'string' && /^[a-z0-9_.-]{1,60}$/i.test(code) ? code : undefined;
}

/** What was thrown, for the effect: never sent did nothing; all else, bugs too, is in doubt. */
export function effectErrorFrom(by: string, error: unknown): EffectError {
  if (error instanceof EffectError) return error;
  if (error instanceof AttemptError) {
    const state = error.fields.sent === false ? 'nothing happened' : 'in doubt';
    return new EffectError(state, error.fields, { cause: error });
  }
  return new EffectError('in doubt', unexpected(by, error), { cause: error });
}
