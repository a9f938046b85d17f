import type { ConfiguredProvider } from '../config/builtin-providers.ts';

/**
 * Providers that are another one under a second name, by name: where address and key are the same,
 * the limits are too (`openai-responses` is `openai`), and one gate holds back both.
 */
export function sameProviders(
  providers: readonly Pick<ConfiguredProvider, 'name' | 'baseUrl' | 'apiKey'>[],
): Record<string, string> {
  const first = new Map<string, string>();
  const sameAs: Record<string, string> = {};
  for (const { name, baseUrl, apiKey } of providers) {
    if (apiKey === undefined) continue;
    const account = JSON.stringify([baseUrl, apiKey]);
    const known = first.get(account);
    if (known === undefined) first.set(account, name);
    else sameAs[name] = known;
  }
  return sameAs;
}
