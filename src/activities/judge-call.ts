import type { AnswerShape } from '../calls/answers/answer-shape.ts';
import { judgeAside, problemAside, type TooMuch } from '../calls/answers/judge.ts';
import type { CallAnswer } from '../calls/attempt-call.ts';
import { AttemptError } from '../failures/attempt-error.ts';
import type { ModelRequest } from '../wire/model-call.ts';
import { maximumPayloadBytes } from '../wire/payload-limit.ts';

/**
 * The shape that a request asks for, as it can be checked.
 *
 * @throws AttemptError before anything is sent: `SchemaRejected` for a schema that cannot be checked;
 * `ServerError`, which is retried, for a question that this worker does not know: while a deploy
 * rolls, another worker does.
 */
export async function shapeFor(
  { schema, question }: Pick<ModelRequest, 'schema' | 'question'>,
  questions: Readonly<Record<string, AnswerShape>>,
): Promise<AnswerShape | undefined> {
  const notSent = { by: 'worker', sent: false } as const;
  if (question !== undefined) {
    if (Object.hasOwn(questions, question)) return questions[question];
    const known = Object.keys(questions).join(', ') || 'none';
    const reason = `this worker knows no question ${question}; known are ${known}`;
    throw new AttemptError({ ...notSent, type: 'ServerError', reason });
  }
  if (!schema) return undefined;
  const problem = await problemAside({ schema });
  if (!problem) return { schema };
  const why = problem.kind === 'unusable' ? problem.why : takesTooMuch(problem);
  const reason = `the JSON Schema cannot be used: ${why}`;
  throw new AttemptError({ ...notSent, type: 'SchemaRejected', reason });
}

/**
 * An answer with the verdict on its shape. A cut answer is not read: it would be taken for a whole
 * one, or for the wrong shape. Nor is the text beside calls of tools: the answer comes after their results.
 *
 * @throws AttemptError for an answer that is paid for and can never be used: `SchemaRejected` when the
 * shape itself cannot be checked, or makes of the answer what no JSON is; `SchemaMismatch` for a
 * number that no double holds where the shape lets only a number stand. What takes too long or too
 * much memory is the shape's fault, or the answer's (`MalformedResponse`) while it is only read.
 */
export async function withVerdict(
  answer: CallAnswer,
  shape: AnswerShape | undefined,
  by: string,
): Promise<CallAnswer> {
  if (!shape || ['length', 'tool-calls'].includes(answer.finishReason)) return answer;
  // It can only be refused for its size, which is looked at next.
  if (Buffer.byteLength(answer.text) > maximumPayloadBytes) return answer;
  const outcome = await judgeAside(answer.text, shape);
  const { usage, providerRequestId } = answer;
  const paid = { by, sent: true, usage, providerRequestId } as const;
  switch (outcome.kind) {
    case 'valid': {
      const { mended, ...verdict } = outcome;
      return { ...answer, text: '', verdict, ...(mended && { mended }) };
    }
    case 'invalid':
    case 'not JSON':
      return { ...answer, verdict: outcome };
    case 'not held': {
      const places = outcome.paths.map((path) => path || 'the answer').join(', ');
      const reason = `a number cannot be kept exactly, and the schema takes no string, at ${places}`;
      throw new AttemptError({ ...paid, type: 'SchemaMismatch', reason });
    }
    case 'too much': {
      const type = outcome.at === 'reading' ? 'MalformedResponse' : 'SchemaRejected';
      const reason = `the answer cannot be checked: ${takesTooMuch(outcome)}`;
      throw new AttemptError({ ...paid, type, reason });
    }
    case 'unusable': {
      const reason = `the answer cannot be checked: ${outcome.why}`;
      throw new AttemptError({ ...paid, type: 'SchemaRejected', reason });
    }
  }
}

function takesTooMuch({ at }: TooMuch): string {
  return `${at} took more than a second or more memory than it may`;
}
