import type { UnusableAnswer } from '../../wire/answer-verdict.ts';
import type { Message } from '../../wire/message.ts';
import type { ModelAnswer } from '../../wire/model-call.ts';

/** Most issues shown to the model: more issues of the same kind do not help it. */
const maximumIssues = 20;

/** What is shown again; reasoning only with calls of tools, whose signatures some providers check. */
export type BadAnswer = Pick<ModelAnswer, 'text' | 'toolCalls' | 'reasoning'>;

/**
 * The conversation of a repair call: the original messages once, the last bad answer, and what is
 * wrong with it. Earlier rounds are left out, so that the cost of a repair does not grow.
 *
 * @param messages of the first call, not of an earlier repair.
 */
export function repairMessages(
  messages: readonly Message[],
  { text, toolCalls, reasoning = [] }: BadAnswer,
  unusable: UnusableAnswer,
): Message[] {
  if (toolCalls) {
    const said = text.trim() === '' ? [] : [{ type: 'text', text } as const];
    const result = feedback(unusable, aboutTools);
    // Every call of a tool has a result, or the next request is refused.
    const results = toolCalls.map(
      ({ id, name }) => ({ type: 'tool-result', id, name, result, isError: true }) as const,
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

const aboutAnswer = {
  wrong: 'Your answer does not have the shape that was asked for',
  request: 'Answer again with the whole corrected JSON and nothing else.',
};
const aboutTools = {
  wrong: 'No tool was used: the arguments do not have the shape that was asked for',
  request: 'Call again, with the whole corrected arguments.',
};

function feedback(unusable: UnusableAnswer, { wrong, request } = aboutAnswer): string {
  if (unusable.kind === 'not JSON') {
    return `Your answer is not valid JSON: ${unusable.slip}. ${request}`;
  }
  const lines = unusable.issues
    .slice(0, maximumIssues)
    .map(({ path, expected }) => `- ${path || 'the answer as a whole'}: expected ${expected}`);
  const left = unusable.issues.length - lines.length;
  if (left > 0) lines.push(`- and ${left} more`);
  return `${wrong}:\n${lines.join('\n')}\n${request}`;
}

/** An unusable answer that the model was told about. */
export interface FedBack {
  /** The raw output, to notice when the model says the very same again. Never logged. */
  readonly text: string;
  /** Of its verdict: equal for equal violations. */
  readonly fingerprint: string;
}

/** Whether another repair call makes sense. */
type RepairChance = 'go on' | 'same violation' | 'identical output';

/**
 * Sporadic or deterministic? A model that makes the same mistake again after it was told, or says
 * the very same again, will do so for ever: the prompt causes it. At an independent error rate p
 * two equal failures in a row have probability p² at most, which bounds the false stops.
 *
 * @param previous the unusable answers before this one, each of which was fed back.
 */
export function judgeRepair(previous: readonly FedBack[], current: FedBack): RepairChance {
  if (previous.some(({ text }) => text === current.text)) return 'identical output';
  if (previous.some(({ fingerprint }) => fingerprint === current.fingerprint))
    return 'same violation';
  return 'go on';
}
