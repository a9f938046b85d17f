import { createFailure } from '../../failures/create-failure.ts';
import { type AnswerIssue, describeIssues } from './answer-fingerprint.ts';
import type { AnswerValidator } from './answer-validator.ts';
import { readJson } from './mend-json.ts';

export {
  type AnswerValidator,
  compileSchema,
  schemaFromZod,
  validatorFromZod,
} from './answer-validator.ts';

/** An answer of the shape that was asked for. */
export interface UsableAnswer<T> {
  readonly kind: 'valid';
  readonly value: T;
  /** The text had to be mended before it was valid. */
  readonly mended: boolean;
}

/** An answer that a repair call has to show to the model again. */
export type UnusableAnswer = {
  /** The raw output, to notice when the model says the very same again. Never logged. */
  readonly text: string;
  /** Equal for equal violations; holds nothing of the answer. */
  readonly fingerprint: string;
} & (
  | { readonly kind: 'not JSON' }
  | { readonly kind: 'invalid'; readonly issues: readonly AnswerIssue[] }
);

/**
 * Reads a model's answer. The caller looks at its finish reason first: truncated text is not for
 * this function.
 *
 * @throws SchemaRejected when the validator itself breaks (a reference in circles, a throwing
 *   refinement): no answer could satisfy it, and a plain error would hang the workflow.
 */
export function readAnswer<T>(
  text: string,
  validator: AnswerValidator<T>,
): UsableAnswer<T> | UnusableAnswer {
  const read = readJson(text);
  if (!read) return { kind: 'not JSON', text, fingerprint: 'not JSON' };
  try {
    const result = validator.safeParse(read.value);
    if (result.success) return { kind: 'valid', value: result.data, mended: read.mended };
    const described = describeIssues(result.error.issues, validator, read.value);
    return { kind: 'invalid', text, ...described };
  } catch {
    throw createFailure('SchemaRejected', 'the validator of the answer cannot be run');
  }
}

/** Whether another repair call makes sense. */
export type RepairDecision = 'go on' | 'same violation' | 'identical output';

/**
 * Decides whether another repair call makes sense. A model that repeats a mistake after it was told
 * of it, or gives the identical output, is expected to go on so: the prompt causes it. At an
 * independent error rate p, two equal failures in a row have probability p² at most, which bounds
 * the wrong stops.
 *
 * @param previous the unusable answers before this one, each of which was fed back.
 */
export function judgeRepair(
  previous: readonly UnusableAnswer[],
  current: UnusableAnswer,
): RepairDecision {
  if (previous.some(({ text }) => text === current.text)) return 'identical output';
  if (previous.some(({ fingerprint }) => fingerprint === current.fingerprint))
    return 'same violation';
  return 'go on';
}
