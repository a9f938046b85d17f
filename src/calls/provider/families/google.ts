import { createGoogle } from '@ai-sdk/google';
import { pruneSchema } from '../prune-schema.ts';
import type { Family, Reading } from './family.ts';
import { finishReasons } from './finish-reasons.ts';
import { googleRows } from './google-rows.ts';
import { asFields, asList, asText, countIn, type Fields } from './read-json.ts';
import { tidyFields } from './tidy.ts';

/**
 * What Google documents for `responseJsonSchema`; the AI SDK turns a `const` into an `enum`. Without
 * `maxItems`: several of them together are refused with a 400 that names nothing (vercel/ai#21192).
 */
const keywords = new Set(
  '$defs $ref $anchor type format title description enum const items prefixItems minItems minimum maximum anyOf oneOf properties additionalProperties required'.split(
    ' ',
  ),
);
const blockReasons = new Set(
  'SAFETY OTHER BLOCKLIST PROHIBITED_CONTENT IMAGE_SAFETY MODEL_ARMOR JAILBREAK'.split(' '),
);

/** Google's generateContent. */
export const google: Family = {
  answer: 'generated content',
  dialects: ['Gemini generateContent'],
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  openaiPath: '/openai',
  sdkProvider: /^(google|vertex)/,
  rows: googleRows,
  finishReasons: finishReasons({
    language: 'refused',
    image_prohibited_content: 'refused',
    image_recitation: 'refused',
    image_other: 'malformed',
    no_image: 'malformed',
    missing_thought_signature: 'malformed',
    other: 'malformed',
  }),
  readAnswer: readGenerated,
  tidy: (body) => tidyFields(body, 'usageMetadata'),
  forms: ['json_schema', 'json_object', 'prompt'],
  schemaFor: (schema) => pruneSchema(schema, (keyword) => keywords.has(keyword)),
  limit: { parameter: 'own', isNeeded: false },
  createModel: ({ name: _, ...settings }, modelId) => createGoogle(settings).languageModel(modelId),
  optionsName: () => 'google',
  options: () => ({}),
};

/**
 * A blocked prompt has no candidates, a blocked answer a finish reason. The AI SDK takes any JSON
 * object for an answer without text; without a candidate it is none.
 */
function readGenerated({ promptFeedback, candidates, usageMetadata }: Fields): Reading {
  const candidate = asList(candidates)[0];
  const parts = asList(asFields(candidate?.content).parts);
  const texts = parts
    .filter(({ text, thought }) => typeof text === 'string' && thought !== true)
    .map(({ text }) => asText(text));
  const blockReason = asText(asFields(promptFeedback).blockReason);
  const isBlocked = candidate === undefined && blockReason !== '';
  const shown = blockReasons.has(blockReason) ? blockReason : 'prompt blocked';
  const reason = asText(candidate?.finishReason);
  return {
    // Google: "if empty, the model has not stopped".
    finishReason: reason || 'FINISH_REASON_UNSPECIFIED',
    text: texts.join(''),
    hasText: texts.length > 0,
    toolCalls: parts
      .filter(({ functionCall }) => functionCall !== undefined)
      .map(({ functionCall }) => asText(asFields(functionCall).name)),
    hasFiles: parts.some(({ inlineData }) => inlineData !== undefined),
    outputTokens: countIn(asFields(usageMetadata).candidatesTokenCount) ?? 0,
    ...(isBlocked && { refusal: shown }),
    ...(candidate === undefined && { malformed: 'no candidates' }),
  };
}
