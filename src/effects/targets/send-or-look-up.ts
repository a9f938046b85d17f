import type { AttemptErrorFields } from '../../failures/attempt-error.ts';
import type { FailureType } from '../../failures/failure-types.ts';
import { EffectError, type EffectState } from '../once/effect-error.ts';

/** What a failed request means for the effect. `look up`: the same request would settle nothing. */
export type Verdict = EffectState | 'look up';

/** A failed request, classified: what it means for the effect, and the failure it becomes. */
export interface ClassifiedRequest {
  readonly verdict: Verdict;
  readonly fields: AttemptErrorFields;
}

/** A row of a target's table: when it fits, and what it means. The first row that fits rules. */
export type TargetRow<Answer> = readonly [(answer: Answer) => boolean, Verdict, FailureType];

/** What a target's table says of an answer; what no row knows is in doubt. */
export function byTable<Answer extends { readonly status: number }>(
  rows: readonly TargetRow<Answer>[],
  answer: Answer,
  about: Pick<AttemptErrorFields, 'by' | 'reason' | 'providerRequestId' | 'retryAfterMs'>,
): ClassifiedRequest {
  const [, verdict, type] = rows.find(([fits]) => fits(answer)) ?? [];
  const { providerRequestId, retryAfterMs, ...rest } = about;
  const fields: AttemptErrorFields = {
    type: type ?? 'ServerError',
    status: answer.status,
    ...rest,
    ...(providerRequestId !== undefined && { providerRequestId }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    sent: true,
  };
  return { verdict: verdict ?? 'in doubt', fields };
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

/** A look-up that failed says nothing about the effect; one that is not accepted is our mistake. */
export function lookUpFailed(error: unknown, { fields }: ClassifiedRequest): EffectError {
  if (error instanceof EffectError) return error;
  const type = fields.type === 'EffectRefused' ? 'InvalidRequest' : fields.type;
  return new EffectError('in doubt', { ...fields, type }, { cause: error });
}
