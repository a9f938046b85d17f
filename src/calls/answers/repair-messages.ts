import type { AnswerIssue, UnusableAnswer } from '../../wire/answer-verdict.ts';
import type { Message, ReasoningPart, ToolCallPart, ToolResultPart } from '../../wire/message.ts';

/** Most issues shown to the model: more issues of the same kind do not help it. */
const maximumIssues = 20;

/** An answer that cannot be used, as far as the model must see it again. */
export interface BadAnswer {
  readonly text: string;
  readonly reasoning?: readonly ReasoningPart[];
  readonly toolCalls?: readonly ToolCallPart[];
}

/**
 * The conversation of a repair call: the original messages once, the last bad answer, and what is
 * wrong with it. Earlier rounds are left out, so that the cost of a repair does not grow.
 *
 * @param messages of the first call, not of an earlier repair.
 */
export function repairMessages(
  messages: readonly Message[],
  { text, reasoning = [], toolCalls = [] }: BadAnswer,
  unusable: UnusableAnswer,
): Message[] {
  if (toolCalls.length > 0) {
    const said = text.trim() === '' ? [] : [{ type: 'text', text } as const];
    // A provider wants a result for each call that it is shown.
    const results = toolCalls.map(
      ({ id, name }, position): ToolResultPart => ({
        ...{ type: 'tool-result', id, name, isError: true },
        result: toolFeedback(unusable, position),
      }),
    );
    return [
      ...messages,
      { role: 'assistant', content: [...reasoning, ...said, ...toolCalls] },
      { role: 'tool', content: results },
    ];
  }
  // Some providers refuse an assistant message without content.
  const shown: Message[] = text.trim() === '' ? [] : [{ role: 'assistant', content: text }];
  return [...messages, ...shown, { role: 'user', content: feedback(unusable) }];
}

/** What is wrong with the arguments of one call. No tool was used, also not one that was called well. */
function toolFeedback(unusable: UnusableAnswer, position: number): string {
  const place = `toolCalls.${position}`;
  const own = unusable.kind === 'invalid' ? unusable.issues : [];
  const issues = own
    .filter(({ path }) => path === place || path.startsWith(`${place}.`))
    .map(({ path, expected }) => ({ path: path.slice(place.length + 1), expected }));
  if (issues.length === 0) {
    return 'Not used: the arguments of another call are wrong. Call all that you need again.';
  }
  const lines = issueLines(issues, 'the arguments as a whole');
  return `Not used: the arguments do not have the shape that the tool takes:\n${lines}\nCall again with all of the arguments.`;
}

function feedback(unusable: UnusableAnswer): string {
  const request = 'Answer again with the whole corrected JSON and nothing else.';
  if (unusable.kind === 'not JSON') {
    return `Your answer is not valid JSON: ${unusable.slip}. ${request}`;
  }
  const lines = issueLines(unusable.issues, 'the answer as a whole');
  return `Your answer does not have the shape that was asked for:\n${lines}\n${request}`;
}

function issueLines(issues: readonly AnswerIssue[], whole: string): string {
  const lines = issues
    .slice(0, maximumIssues)
    .map(({ path, expected }) => `- ${path || whole}: expected ${expected}`);
  const left = issues.length - lines.length;
  if (left > 0) lines.push(`- and ${left} more`);
  return lines.join('\n');
}
