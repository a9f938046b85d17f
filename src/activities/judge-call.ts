import type { AnswerShape } from '../calls/answers/answer-shape.ts';
import { problemAside } from '../calls/answers/judge.ts';
import type { CallAnswer } from '../calls/attempt-call.ts';
import { AttemptError } from '../failures/attempt-error.ts';
import type { OfferedTool } from '../wire/call-options.ts';
import type { ModelAnswer, ModelRequest } from '../wire/model-call.ts';
import { maximumPayloadBytes } from '../wire/payload-limit.ts';
import { judgeToolCalls } from './judge-tool-calls.ts';
import { judge, type Paid, takesTooMuch } from './judge-written.ts';

/** An answer as the workflow gets it, without what only the activity knows. */
export type JudgedAnswer = Omit<ModelAnswer, 'kind' | 'attempts'>;

/**
 * The shape that a request asks for, as it can be checked.
 *
 * @throws AttemptError before anything is sent: `SchemaRejected` for a schema that cannot be checked, be
 * it of the answer or of a tool; `ServerError`, which is retried, for a question that this worker does
 * not know: while a deploy rolls, another worker does.
 */
export async function shapeFor(
  { schema, question, tools = [] }: Pick<ModelRequest, 'schema' | 'question' | 'tools'>,
  questions: Readonly<Record<string, AnswerShape>>,
): Promise<AnswerShape | undefined> {
  const notSent = { by: 'worker', sent: false } as const;
  const given = [
    ...(schema && question === undefined ? [{ what: 'the JSON Schema', schema }] : []),
    ...tools.map(({ name, parameters }) => ({
      what: `the schema of the tool ${name}`,
      schema: parameters,
    })),
  ];
  for (const { what, ...shape } of given) {
    const problem = await problemAside(shape);
    if (!problem) continue;
    const why = problem.kind === 'unusable' ? problem.why : takesTooMuch(problem);
    const reason = `${what} cannot be used: ${why}`;
    throw new AttemptError({ ...notSent, type: 'SchemaRejected', reason });
  }
  if (question === undefined) return schema && { schema };
  if (Object.hasOwn(questions, question)) return questions[question];
  const known = Object.keys(questions).join(', ') || 'none';
  const reason = `this worker knows no question ${question}; known are ${known}`;
  throw new AttemptError({ ...notSent, type: 'ServerError', reason });
}

/**
 * An answer with the verdict on its shape, or on the arguments of the tools that it calls. A cut answer
 * is not read: it would be taken for a whole one, or for the wrong shape. Nor is the text beside calls
 * of tools: the answer comes after their results.
 *
 * @throws AttemptError for an answer that is paid for and can never be used: see {@link judge}; and
 * `PayloadTooLarge`.
 */
export async function withVerdict(
  { toolCalls = [], ...answer }: CallAnswer,
  shape: AnswerShape | undefined,
  tools: readonly OfferedTool[],
  by: string,
): Promise<JudgedAnswer> {
  if (answer.finishReason === 'length') return answer;
  const texts = [answer.text, ...toolCalls.map((call) => call.arguments)];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > maximumPayloadBytes) throw tooLarge(answer, bytes, by);
  const paid = paidFor(answer, by);
  if (toolCalls.length > 0) return { ...answer, ...(await judgeToolCalls(toolCalls, tools, paid)) };
  if (!shape || answer.finishReason === 'tool-calls') return answer;
  const said = await judge(answer.text, shape, { what: 'the answer', paid });
  if (said.kind !== 'valid') return { ...answer, verdict: said };
  const { mended, ...verdict } = said;
  return { ...answer, text: '', verdict, ...(mended && { mended }) };
}

function paidFor({ usage, providerRequestId }: Omit<CallAnswer, 'toolCalls'>, by: string): Paid {
  return { by, sent: true, usage, providerRequestId };
}

/** The failure of an answer that Temporal does not carry. */
export function tooLarge(answer: Omit<CallAnswer, 'toolCalls'>, bytes: number, by: string) {
  const reason = `${bytes} bytes as JSON; Temporal carries at most ${maximumPayloadBytes}`;
  return new AttemptError({
    ...paidFor(answer, by),
    ...{ type: 'PayloadTooLarge', status: 200, reason },
  });
}
