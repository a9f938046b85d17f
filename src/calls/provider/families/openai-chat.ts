import { createOpenAI } from '@ai-sdk/openai';
import { strictSchema } from '../strict-schema.ts';
import { readChat } from './chat.ts';
import type { Family } from './family.ts';
import { finishReasons } from './finish-reasons.ts';
import { openaiRows } from './openai-rows.ts';
import { tidyChat } from './tidy.ts';

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
