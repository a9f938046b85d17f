import type { UnusableAnswer } from '../../wire/answer-verdict.ts';
import type { Message } from '../../wire/message.ts';

/** Most issues shown to the model: more issues of the same kind do not help it. */
const maximumIssues = 20;

/**
 * The conversation of a repair call: the original messages once, the last bad answer, and what is
 * wrong with it. Earlier rounds are left out, so that the cost of a repair does not grow.
 *
 * @param messages of the first call, not of an earlier repair.
 */
export function repairMessages(
  messages: readonly Message[],
  badText: string,
  unusable: UnusableAnswer,
): Message[] {
  // Some providers refuse an assistant message without content.
  const shown: Message[] = badText.trim() === '' ? [] : [{ role: 'assistant', content: badText }];
  return [...messages, ...shown, { role: 'user', content: feedback(unusable) }];
}

function feedback(unusable: UnusableAnswer): string {
  const request = 'Answer again with the whole corrected JSON and nothing else.';
  if (unusable.kind === 'not JSON') {
    return `Your answer is not valid JSON: ${unusable.slip}. ${request}`;
  }
  const lines = unusable.issues
    .slice(0, maximumIssues)
    .map(({ path, expected }) => `- ${path || 'the answer as a whole'}: expected ${expected}`);
  const left = unusable.issues.length - lines.length;
  if (left > 0) lines.push(`- and ${left} more`);
  return `Your answer does not have the shape that was asked for:\n${lines.join('\n')}\n${request}`;
}
