import type { ForwardedRequest } from '../../wire/forwarded.ts';
import type { ProviderConfig } from '../provider/providers.ts';

/**
 * The address of a forwarded request. A native path may begin with what the provider's base address
 * ends with, since SDKs write the version themselves: `/v1/messages` beside `https://.../v1`.
 */
export function addressOf(
  { baseUrl, openaiBaseUrl, queryParameters = {} }: ForwardAddress,
  { api, path }: Pick<ForwardedRequest, 'api' | 'path'>,
): URL {
  const isOpenai = api === 'chat' || api === 'responses' || api === 'embeddings';
  const base = new URL((isOpenai ? openaiBaseUrl : undefined) ?? baseUrl);
  const prefix = base.pathname.replace(/\/+$/, '');
  const version = prefix.slice(prefix.lastIndexOf('/'));
  const rest = version !== '' && path.startsWith(`${version}/`) ? path.slice(version.length) : path;
  const url = new URL(`${base.origin}${prefix}${rest}`);
  for (const [name, value] of base.searchParams) url.searchParams.set(name, value);
  for (const [name, value] of Object.entries(queryParameters)) url.searchParams.set(name, value);
  return url;
}

/** Where a provider is. */
export interface ForwardAddress {
  readonly baseUrl: string;
  /** Where it speaks OpenAI's protocol, if that is elsewhere. */
  readonly openaiBaseUrl?: string | undefined;
  readonly queryParameters?: Readonly<Record<string, string>> | undefined;
}

/** The provider's key, in the header that the address takes it in; never the client's. */
export function keyHeaders(
  { family, apiKey }: Pick<ProviderConfig, 'family' | 'apiKey'>,
  api: ForwardedRequest['api'],
): Record<string, string> {
  if (!apiKey) return {};
  // The endpoints of Anthropic and Google that speak OpenAI's protocol take the key as OpenAI does.
  const isOpenai = api === 'chat' || api === 'responses' || api === 'embeddings';
  if (!isOpenai && family === 'anthropic') return { 'x-api-key': apiKey };
  if (!isOpenai && family === 'google') return { 'x-goog-api-key': apiKey };
  return { authorization: `Bearer ${apiKey}` };
}
