import { createOpenAI } from '@ai-sdk/openai';
import { openaiChat } from './chat.ts';
import type { Family, Reading } from './family.ts';
import { asFields, asList, asText, countIn, type Fields } from './read-json.ts';
import { tidyFields } from './tidy.ts';

/** OpenAI's Responses. */
export const openaiResponses: Family = {
  ...openaiChat,
  answer: 'a response',
  dialects: ['OpenAI Responses'],
  sdkProvider: /^(openai|azure)[\w-]*\.responses$/,
  readAnswer: readResponse,
  tidy: (body) => tidyFields(body, 'usage'),
  limit: { parameter: 'own', isNeeded: false },
  createModel: (settings, modelId) => createOpenAI(settings).responses(modelId),
  // As with Chat Completions, the provider keeps no copy of the response.
  options: ({ strict }) => ({ strictJsonSchema: strict, store: false }),
};

/**
 * A refusal is a part of a message. A response that is neither completed nor incomplete runs in the
 * background, which only a proxy can have asked for.
 */
function readResponse(body: Fields): Reading {
  const { status, output, incomplete_details, usage } = body;
  const items = asList(output);
  const parts = items
    .filter(({ type }) => type === 'message')
    .flatMap(({ content }) => asList(content));
  const texts = parts.filter(({ type }) => type === 'output_text').map(({ text }) => asText(text));
  const isHalf = items.some(
    (item) => item.type === 'message' && /^(in_progress|incomplete)$/.test(asText(item.status)),
  );
  const isUnfinished =
    /^(queued|in_progress|cancelled)$/.test(asText(status)) || (isHalf && status !== 'incomplete');
  return {
    finishReason: isUnfinished ? '' : asText(asFields(incomplete_details).reason) || asText(status),
    text: texts.join(''),
    hasFiles: items.some(({ type }) => type === 'image_generation_call'),
    hasText: texts.length > 0,
    toolCalls: items
      .filter(({ type }) => type === 'function_call' || type === 'custom_tool_call')
      .map(({ name }) => asText(name)),
    outputTokens: countIn(asFields(usage).output_tokens) ?? 0,
    ...(parts.some(({ type }) => type === 'refusal') && { refusal: 'refusal' }),
    ...(isUnfinished && { malformed: 'not a finished response' }),
    ...(!isUnfinished && !Array.isArray(output) && { malformed: 'not a response' }),
  };
}
