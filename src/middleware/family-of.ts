import type { ProviderFamily } from '../calls/provider/provider-families.ts';

/** By the first that fits; what is no other's speaks OpenAI's protocol, as most do. */
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
