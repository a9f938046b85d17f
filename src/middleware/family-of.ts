import type { ProviderFamily } from '../calls/provider/provider-families.ts';

/** The first pattern that fits rules; any other provider is taken to speak OpenAI's protocol. */
const families: readonly (readonly [pattern: RegExp, family: ProviderFamily])[] = [
  [/anthropic/, 'anthropic'],
  [/^(google|vertex)/, 'google'],
  [/^(openai|azure)[\w-]*\.responses$/, 'openai-responses'],
  [/^openai(\.|$)/, 'openai'],
];

/**
 * The protocol behind an AI SDK model.
 *
 * @param provider the model's own `provider`, for example `openai.chat` or `anthropic.messages`.
 */
export function familyOf(provider: string): ProviderFamily {
  return families.find(([pattern]) => pattern.test(provider))?.[1] ?? 'openai-compatible';
}

/** `openai` of `openai.responses`: the name that gates and failures use. */
export function providerNameOf(provider: string): string {
  return provider.split('.')[0] ?? provider;
}
