/** The protocols of models; `openai-compatible` is what other servers make of Chat Completions. */
export const providerFamilies = [
  'openai',
  'openai-responses',
  'openai-compatible',
  'anthropic',
  'google',
] as const;

/** How a provider is spoken to. */
export type ProviderFamily = (typeof providerFamilies)[number];
