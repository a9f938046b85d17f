import type { AttemptErrorFields } from '../../failures/attempt-error.ts';
import { EffectError, type WhatHappened } from '../once/effect-error.ts';

/**
 * What a failed request means for the effect. `look up`: the answer settles nothing, and the same
 * request would only bring it again (it is stored under the key): ask what happened.
 */
export type Verdict = WhatHappened | 'look up';

/** A row of a target's table: what happened, and the failure it becomes. */
export interface ClassifiedRequest {
  readonly verdict: Verdict;
  readonly fields: AttemptErrorFields;
}

/**
 * Sends the effect's one request; where its failure settles nothing, looks it up in the same
 * attempt.
 *
 * @throws EffectError as classified; `unknown` where the look-up finds nothing, or there is none.
 */
export async function sendOrLookUp<Result>(steps: {
  readonly send: () => Promise<Result>;
  readonly classify: (error: unknown) => ClassifiedRequest;
  readonly lookUp?: (() => Promise<Result | undefined>) | undefined;
}): Promise<Result> {
  try {
    return await steps.send();
  } catch (error) {
    if (error instanceof EffectError) throw error;
    const { verdict, fields } = steps.classify(error);
    if (verdict !== 'look up') throw new EffectError(verdict, fields, { cause: error });
    const found = await steps.lookUp?.();
    if (found !== undefined) return found;
    const reason = `${fields.type}, and nothing was found`;
    throw new EffectError(
      'unknown',
      { ...fields, type: 'EffectUnknown', reason },
      { cause: error },
    );
  }
}

/**
 * A look-up that failed. It says nothing about the effect; a look-up that the target does not accept
 * is our mistake and no refusal of the effect.
 */
export function lookUpFailed(error: unknown, { fields }: ClassifiedRequest): EffectError {
  if (error instanceof EffectError) return error;
  const type = fields.type === 'EffectRefused' ? 'InvalidRequest' : fields.type;
  return new EffectError('in doubt', { ...fields, type }, { cause: error });
}
