import { raw, type WireFault } from '../../dev/sandbox/wire-fault.ts';
import type { Usage } from '../../src/policies/call-costs.ts';

/**
 * A whole chat completion with these tokens on its bill, whatever it is worth.
 *
 * @param message the assistant's, for example `{ content: null, refusal: 'No.' }`.
 * @param more beside it, for example an `error`.
 */
export function paidAnswer(
  message: object,
  usage: Usage = { inputTokens: 11, outputTokens: 7 },
  more: object = {},
): WireFault {
  const { inputTokens, outputTokens } = usage;
  return raw(
    JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'gpt-4o-mini',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', ...message } }],
      usage: {
        prompt_tokens: inputTokens,
        completion_tokens: outputTokens,
        total_tokens: inputTokens + outputTokens,
      },
      ...more,
    }),
  );
}
