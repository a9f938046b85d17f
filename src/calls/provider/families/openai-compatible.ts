import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { openaiChat } from './chat.ts';
import type { Family } from './family.ts';

/**
 * What other servers make of Chat Completions. They differ in what strict mode refuses (Azure refuses
 * most), so that it is not asked for.
 */
export const openaiCompatible: Family = {
  ...openaiChat,
  dialects: [
    'Azure OpenAI',
    'OpenRouter',
    'Ollama',
    'vLLM',
    'llama.cpp',
    'Mistral',
    'Groq',
    'DeepSeek',
    'Fireworks',
    'Together',
    'Moonshot',
    "Google's OpenAI endpoint",
    "Anthropic's OpenAI endpoint",
  ],
  baseUrl: '',
  sdkProvider: /^(?!.*anthropic)(?!google|vertex)/,
  forms: ['json_schema', 'json_object', 'prompt'],
  schemaFor: (schema) => schema,
  limit: { parameter: 'max_tokens', isNeeded: false },
  createModel: ({ apiKey, ...settings }, modelId) =>
    createOpenAICompatible({
      ...settings,
      ...(apiKey !== '' && { apiKey }),
      supportsStructuredOutputs: true,
      // Most of these servers fetch pictures themselves; one that does not says so.
      supportedUrls: () => ({ 'image/*': [/^https?:/] }),
    }).chatModel(modelId),
  // Under this name alone, fields that the AI SDK does not know go into the body as they are.
  optionsName: (provider) => camelCase(provider.split('.')[0] ?? ''),
  options: ({ strict, maximumOutputTokens }) => ({
    strictJsonSchema: strict,
    ...(maximumOutputTokens !== undefined && { max_completion_tokens: maximumOutputTokens }),
  }),
};

/** The AI SDK wants a provider's name so, where its options are named by it. */
function camelCase(name: string): string {
  return name.replaceAll(/[_-]([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
