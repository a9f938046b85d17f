import type { Reading } from './family.ts';
import { asFields, asList, asText, countIn, type Fields } from './read-json.ts';
import { chatText } from './tidy.ts';

/** Reads a chat completion. */
export function readChat(body: Fields): Reading {
  const choice = asFields(asList(body.choices)[0]);
  const message = asFields(choice.message);
  const text = chatText(message.content);
  return {
    finishReason: asText(choice.finish_reason),
    text: text ?? '',
    hasFiles: asList(message.images).length > 0 || Boolean(message.audio),
    hasText: text !== undefined,
    toolCalls: [
      ...asList(message.tool_calls).map((call) => asText(asFields(call.function).name)),
      ...(message.function_call ? [asText(asFields(message.function_call).name)] : []),
    ],
    outputTokens: countIn(asFields(body.usage).completion_tokens),
    ...(asText(message.refusal) !== '' && { refusal: 'refusal' }),
    ...(choice.message === undefined && { malformed: 'not a chat completion' }),
  };
}
