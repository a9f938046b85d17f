/** Models that think before they answer, within the same limit: a small one leaves no room for a word. */
const reasoningModel =
  /(^|[/\-_.:])(o[134](-|$)|gpt-5|gpt-oss|deepseek-(r1|reasoner)|qwq|qwen3|glm-(4\.[5-9]|5)|magistral|grok-(3-mini|4)|gemini-(2\.5|3)|minimax-m)|thinking|reason/i;

/** Whether a model is known to reason, by its name. */
export function isReasoningModel(modelId: string): boolean {
  return reasoningModel.test(modelId);
}

const aboutLimit =
  /max_?(completion_|output_|new_)?tokens|maxOutputTokens|(completion|output) tokens/i;
const number = '`?([\\d][\\d,]*)`?';
/** Where sentences name the most tokens of an answer; or numbers from which it follows. */
const forms: readonly (readonly [form: RegExp, most: (...numbers: number[]) => number])[] = [
  // "(10000 > 8192 - 5000)"
  [
    new RegExp(`${number} ?> ?${number} ?- ?${number}`),
    (_, window = 0, prompt = 0) => window - prompt,
  ],
  // "195000 + 8000 > 200000"
  [
    new RegExp(`${number} ?\\+ ?${number} ?> ?${number}`),
    (prompt = 0, _, window = 0) => window - prompt,
  ],
  // "[1, 8192]"
  [new RegExp(`\\[ ?1 ?[,-] ?${number} ?\\]`), (most = 0) => most],
  // "from 1 (inclusive) to 65537 (exclusive)"
  [new RegExp(`to ${number} \\(exclusive\\)`), (over = 0) => over - 1],
  [new RegExp(`to ${number} \\(inclusive\\)`), (most = 0) => most],
  // "8193 > 8192"
  [new RegExp(`${number} ?> ?${number}`), (_, most = 0) => most],
  [
    new RegExp(
      `(?:at most|up to|<=|less than or equal to|no more than|maximum (?:value|allowed)?[^\\d.]{0,40}|model limit of|limit of|supports? (?:only )?)[^\\d.]{0,20}${number}`,
      'i',
    ),
    (most = 0) => most,
  ],
];

/**
 * The most tokens of an answer that a refusal names; `undefined` where it is about something else,
 * or names none below what was asked.
 */
export function allowedOutputTokens(message: string, asked: number): number | undefined {
  if (!aboutLimit.test(message)) return undefined;
  for (const [form, most] of forms) {
    const [, ...texts] = form.exec(message) ?? [];
    if (texts.length === 0) continue;
    const allowed = most(...texts.map((text) => Number(text.replaceAll(',', ''))));
    if (allowed >= 1 && allowed < asked) return allowed;
  }
  return undefined;
}
