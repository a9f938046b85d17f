import { createAnthropic } from '@ai-sdk/anthropic';
import { pruneSchema } from '../prune-schema.ts';
import { anthropicRows } from './anthropic-rows.ts';
import type { Family, Reading } from './family.ts';
import { finishReasons } from './finish-reasons.ts';
import { asFields, asList, asText, countIn, type Fields } from './read-json.ts';
import { tidyFields } from './tidy.ts';

/** Keywords that do not affect what is valid. */
const annotations = new Set(
  '$schema $id $comment default examples deprecated readOnly writeOnly'.split(' '),
);

/**
 * Anthropic's Messages. It refuses most checks of values in a schema: the AI SDK leaves these out, and
 * uses a forced tool where the schema has no form that Anthropic takes.
 */
export const anthropic: Family = {
  answer: 'a message',
  dialects: ['Anthropic Messages'],
  baseUrl: 'https://api.anthropic.com/v1',
  sdkProvider: /anthropic/,
  rows: anthropicRows,
  // It stops so where a tool of its own runs long, and wants to be asked to go on.
  finishReasons: finishReasons({ pause_turn: 'malformed' }),
  answerTool: 'json',
  readAnswer: readMessage,
  tidy: (body) => tidyFields(body, 'usage'),
  forms: ['json_schema', 'prompt'],
  schemaFor: (schema) => pruneSchema(schema, (keyword) => !annotations.has(keyword)),
  limit: { parameter: 'own', isNeeded: true },
  createModel: ({ name: _, ...settings }, modelId) =>
    createAnthropic(settings).languageModel(modelId),
  optionsName: () => 'anthropic',
  options: () => ({}),
};

function readMessage({ content, stop_reason, usage }: Fields): Reading {
  const parts = asList(content);
  const texts = parts.filter(({ type }) => type === 'text').map(({ text }) => asText(text));
  return {
    finishReason: asText(stop_reason),
    text: texts.join(''),
    hasText: texts.length > 0,
    toolCalls: parts.filter(({ type }) => type === 'tool_use').map(({ name }) => asText(name)),
    outputTokens: countIn(asFields(usage).output_tokens) ?? 0,
    ...(!Array.isArray(content) && { malformed: 'not a message' }),
  };
}
