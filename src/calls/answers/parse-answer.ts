import { createFailure } from '../../failures/create-failure.ts';
import type { AnswerVerdict } from '../../wire/answer-verdict.ts';
import { describeIssues } from './answer-fingerprint.ts';
import type { AnswerValidator } from './answer-validator.ts';
import { readJson } from './mend-json.ts';

export {
  type AnswerShape,
  type AnswerValidator,
  compileSchema,
  schemaFromZod,
  validatorFromZod,
} from './answer-validator.ts';

/**
 * Reads a model's answer. The caller looks at its finish reason first: truncated text is not for
 * this function.
 *
 * @throws SchemaRejected when the validator itself breaks (a reference in circles, a throwing
 *   refinement): no answer could satisfy it, and a plain error would hang the workflow.
 */
export function readAnswer(text: string, validator: AnswerValidator<unknown>): AnswerVerdict {
  const read = readJson(text);
  if (!read) return { kind: 'not JSON', fingerprint: 'not JSON' };
  try {
    const result = validator.safeParse(read.value);
    if (result.success) return { kind: 'valid', value: result.data, mended: read.mended };
    const described = describeIssues(result.error.issues, validator, read.value);
    return { kind: 'invalid', ...described };
  } catch {
    throw createFailure('SchemaRejected', 'the validator of the answer cannot be run');
  }
}
