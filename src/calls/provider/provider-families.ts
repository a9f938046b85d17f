/**
 * The protocols that models are called in: OpenAI's Chat Completions and Responses, what other
 * servers make of Chat Completions, Anthropic's Messages, Google's generateContent.
 */
export const providerFamilies = [
  'openai',
  'openai-responses',
  'openai-compatible',
  'anthropic',
  'google',
] as const;

/** How a provider is spoken to. */
export type ProviderFamily = (typeof providerFamilies)[number];
