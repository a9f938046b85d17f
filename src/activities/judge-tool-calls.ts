import type { WrittenToolCall } from '../calls/answer-from.ts';
import { AttemptError } from '../failures/attempt-error.ts';
import type { OfferedTool } from '../wire/call-options.ts';
import { isJsonObject, parseJson } from '../wire/json.ts';
import type { ToolCallPart } from '../wire/message.ts';
import type { ModelAnswer } from '../wire/model-call.ts';
import { judge, type Paid, type Said } from './judge-written.ts';

type JudgedCall = Said & { readonly name: string };

/**
 * Reads the arguments of tool calls as answers are read, and holds each against the schema of its tool.
 * Those that are no JSON are `MalformedResponse`, and asked for again: no provider takes them back, so
 * that the model could be shown what is wrong. The others have a verdict, as answers do.
 *
 * @throws AttemptError as {@link judge}
 */
export async function judgeToolCalls(
  written: readonly WrittenToolCall[],
  tools: readonly OfferedTool[],
  paid: Paid,
): Promise<Pick<ModelAnswer, 'toolCalls' | 'verdict' | 'mended'>> {
  const judged = await Promise.all(
    written.map(async ({ name, arguments: text }): Promise<JudgedCall> => {
      const schema = tools.find((tool) => tool.name === name)?.parameters ?? {};
      const what = `the arguments of the tool ${name}`;
      // Servers write nothing for a tool that takes nothing.
      const said = await judge(text.trim() === '' ? '{}' : text, { schema }, { what, paid });
      return { ...said, name };
    }),
  );
  const toolCalls = written.map((call, index): ToolCallPart => {
    const said = judged[index];
    // What does not fit is shown to the model again, and used by nobody.
    const read = said?.kind === 'valid' ? said.value : parseJson(call.arguments);
    if (said?.kind !== 'not JSON' && isJsonObject(read)) return { ...call, arguments: read };
    const why = said?.kind === 'not JSON' ? said.slip : 'they are no JSON object';
    const reason = `the arguments of the tool ${call.name} cannot be read: ${why}`;
    throw new AttemptError({ ...paid, type: 'MalformedResponse', status: 200, reason });
  });
  const invalid = judged.filter((said) => said.kind === 'invalid');
  if (invalid.length > 0) {
    const issues = invalid.flatMap(({ name, issues }) =>
      issues.map(({ path, expected }) => ({ path: path ? `${name}.${path}` : name, expected })),
    );
    const fingerprint = invalid.map((said) => `${said.name}: ${said.fingerprint}`).join('; ');
    return { toolCalls, verdict: { kind: 'invalid', issues, fingerprint } };
  }
  const mended = judged.flatMap((said) =>
    said.kind === 'valid' ? (said.mended ?? []).map((what) => `${said.name}: ${what}`) : [],
  );
  return { toolCalls, ...(mended.length > 0 && { mended }) };
}
