import { createOpenAI } from '@ai-sdk/openai';
import { strictSchema } from '../strict-schema.ts';
import type { Family, Reading } from './family.ts';
import { finishReasons } from './finish-reasons.ts';
import { openaiRows } from './openai-rows.ts';
import { asFields, asList, asText, countIn, type Fields } from './read-json.ts';
import { chatText, tidyChat } from './tidy.ts';

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
    outputTokens: countIn(asFields(body.usage).completion_tokens) ?? 0,
    ...(asText(message.refusal) !== '' && { refusal: 'refusal' }),
    ...(choice.message === undefined && { malformed: 'not a chat completion' }),
  };
}

/** OpenAI's Chat Completions. */
export const openaiChat: Family = {
  answer: 'a chat completion',
  dialects: ['OpenAI Chat Completions'],
  baseUrl: 'https://api.openai.com/v1',
  sdkProvider: /^openai(\.(?!responses)|$)/,
  rows: openaiRows,
  finishReasons: finishReasons(),
  readAnswer: readChat,
  tidy: tidyChat,
  forms: ['json_schema_strict', 'json_schema', 'json_object', 'prompt'],
  schemaFor: (schema, form) => (form === 'json_schema_strict' ? strictSchema(schema) : schema),
  // OpenAI takes it of all its models, and its reasoning models take no other.
  limit: { parameter: 'max_completion_tokens', isNeeded: false },
  createModel: (settings, modelId) => createOpenAI(settings).chat(modelId),
  optionsName: () => 'openai',
  options: ({ strict, maximumOutputTokens }) => ({
    strictJsonSchema: strict,
    ...(maximumOutputTokens !== undefined && { maxCompletionTokens: maximumOutputTokens }),
  }),
};
