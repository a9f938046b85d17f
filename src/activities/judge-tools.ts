import type { Judged } from '../calls/answers/judge-answer.ts';
import type { CallAnswer } from '../calls/attempt-call.ts';
import type { AnswerVerdict } from '../wire/answer-verdict.ts';
import type { OfferedTool } from '../wire/call-options.ts';
import type { JsonObject } from '../wire/json.ts';

/** Says whether a text has the shape of a schema. */
export type Judge = (text: string, schema: JsonObject) => Promise<AnswerVerdict>;

/**
 * What is wrong with the arguments of the tools that an answer wants used, as one verdict;
 * `undefined` where nothing is. A place is `toolCalls.<position>` and the place in the arguments.
 */
export async function verdictOnTools(
  { toolCalls = [] }: Pick<CallAnswer, 'toolCalls'>,
  tools: readonly OfferedTool[] | undefined,
  judge: Judge,
): Promise<Extract<Judged, { kind: 'invalid' }> | undefined> {
  const judged = await Promise.all(
    toolCalls.map(async ({ name, arguments: given }, position) => {
      const tool = tools?.find((each) => each.name === name);
      const verdict = tool && (await judge(JSON.stringify(given), tool.parameters));
      return verdict?.kind === 'invalid' ? [{ name, position, ...verdict }] : [];
    }),
  );
  const wrong = judged.flat();
  if (wrong.length === 0) return undefined;
  return {
    kind: 'invalid',
    fingerprint: wrong.map(({ name, fingerprint }) => `${name}: ${fingerprint}`).join('; '),
    issues: wrong.flatMap(({ position, issues }) =>
      issues.map(({ path, expected }) => ({
        path: [`toolCalls.${position}`, path].filter(Boolean).join('.'),
        expected,
      })),
    ),
  };
}
