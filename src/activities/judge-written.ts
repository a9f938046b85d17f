import type { AnswerShape } from '../calls/answers/answer-shape.ts';
import { judgeAside, type TooMuch } from '../calls/answers/judge.ts';
import type { Outcome } from '../calls/answers/judge-text.ts';
import { AttemptError, type AttemptErrorFields } from '../failures/attempt-error.ts';

/** What a judgement says where the shape, or the text, allows it to say something. */
export type Said = Extract<Outcome, { readonly kind: 'valid' | 'invalid' | 'not JSON' }>;

/** What is told of every failure of an answer that came whole. */
export type Paid = Pick<AttemptErrorFields, 'by' | 'sent' | 'usage' | 'providerRequestId'>;

/**
 * Judges a text of an answer.
 *
 * @throws AttemptError `SchemaRejected` when the shape itself cannot be checked, or makes of the answer
 * what no JSON is; `SchemaMismatch` for a number that no double holds where the shape lets only a number
 * stand. What takes too long or too much memory is the shape's fault, or the answer's
 * (`MalformedResponse`) while it is only read.
 */
export async function judge(
  text: string,
  shape: AnswerShape,
  { what, paid }: { readonly what: string; readonly paid: Paid },
): Promise<Said> {
  const outcome = await judgeAside(text, shape);
  switch (outcome.kind) {
    case 'valid':
    case 'invalid':
    case 'not JSON':
      return outcome;
    case 'not held': {
      const places = outcome.paths.map((path) => path || what).join(', ');
      const reason = `a number cannot be kept exactly, and the schema takes no string, at ${places}`;
      throw new AttemptError({ ...paid, type: 'SchemaMismatch', reason });
    }
    case 'too much': {
      const type = outcome.at === 'reading' ? 'MalformedResponse' : 'SchemaRejected';
      const reason = `${what} cannot be checked: ${takesTooMuch(outcome)}`;
      throw new AttemptError({ ...paid, type, reason });
    }
    case 'unusable': {
      const reason = `${what} cannot be checked: ${outcome.why}`;
      throw new AttemptError({ ...paid, type: 'SchemaRejected', reason });
    }
  }
}

/** Why a thread was ended. */
export function takesTooMuch({ at }: TooMuch): string {
  return `${at} took more than a second or more memory than it may`;
}
