import type { ForwardProvider } from '../../calls/forward/forward-attempt.ts';
import { addressOf, keyHeaders } from '../../calls/forward/provider-address.ts';
import { asFields, asText, parseJson } from '../../calls/provider/families/read-json.ts';
import { ProviderRefused } from './provider-batches.ts';

/** A file may take this long to go up or down. */
export const transferMs = 30 * 60_000;
const answerMs = 60_000;

/** What is asked of a provider besides answers of models. */
export function providerRequests(provider: ForwardProvider, api: 'chat' | 'messages') {
  /** @throws ProviderRefused for what is refused for good, and an Error for what is to be tried again. */
  async function request(path: string, init: RequestInit & { withinMs?: number } = {}) {
    const { withinMs = answerMs, headers, ...rest } = init;
    const response = await fetch(addressOf(provider, { api, path }), {
      ...rest,
      headers: { ...provider.headers, ...keyHeaders(provider, api), ...headers },
      redirect: 'manual',
      signal: AbortSignal.timeout(withinMs),
    });
    if (response.ok) return response;
    const { error } = asFields(parseJson(await response.text()));
    const words = asText(asFields(error).message) || `it answers ${response.status}`;
    const isForNow = response.status >= 500 || [408, 409, 429].includes(response.status);
    if (isForNow) throw new Error(`${provider.name}: ${words}`);
    throw new ProviderRefused(response.status, words);
  }
  return {
    request,
    json: async (...call: Parameters<typeof request>) =>
      asFields(await (await request(...call)).json()),
  };
}
