import type { z } from 'zod';
import { environment } from './environment.ts';
import type { ProviderEntry } from './providers.ts';
import { isLoopback } from './trust.ts';

/** What runs on this machine answers few at once: an Ollama puts the rest in a line, or refuses them. */
const onThisMachine = 4;

/** A provider with its key: an entry of the providers file, or one that is always there. */
export interface ConfiguredProvider
  extends Omit<ProviderEntry, 'apiKeyVariable' | 'allowPlainHttp'> {
  readonly apiKey: string | undefined;
  /** The variable that the key is read from; `undefined` where there is none. */
  readonly keyVariable: string | undefined;
  readonly keyRequired: boolean;
}

/** The providers that need no providers file, with their keys; Ollama needs none. */
export function builtinProviders(data: z.infer<typeof environment>): ConfiguredProvider[] {
  const openai = {
    apiKey: data.OPENAI_API_KEY,
    keyVariable: 'OPENAI_API_KEY',
    ...at(data.OPENAI_BASE_URL),
    keyRequired: true,
    // Of another address it is not known, and a providers file says it.
    ...(data.OPENAI_BASE_URL === undefined && { backgroundResponses: true }),
  };
  return [
    { name: 'openai', family: 'openai', ...openai },
    { name: 'openai-responses', family: 'openai-responses', ...openai },
    {
      name: 'anthropic',
      family: 'anthropic',
      apiKey: data.ANTHROPIC_API_KEY,
      keyVariable: 'ANTHROPIC_API_KEY',
      keyRequired: true,
      ...at(versioned(data.ANTHROPIC_BASE_URL, 'v1')),
    },
    {
      name: 'google',
      family: 'google',
      apiKey: data.GOOGLE_GENERATIVE_AI_API_KEY ?? data.GEMINI_API_KEY,
      keyVariable: 'GOOGLE_GENERATIVE_AI_API_KEY',
      keyRequired: true,
      ...at(versioned(data.GOOGLE_BASE_URL, 'v1beta')),
    },
    {
      name: 'ollama',
      family: 'openai-compatible',
      ...at(data.OLLAMA_BASE_URL),
      apiKey: undefined,
      keyVariable: undefined,
      keyRequired: false,
    },
  ];
}

/** Names of {@link builtinProviders}, for the client, which reads no keys. */
export const builtinProviderNames: readonly string[] = builtinProviders(environment.parse({})).map(
  ({ name }) => name,
);

function at(baseUrl: string | undefined): Pick<ConfiguredProvider, 'baseUrl' | 'maximumInFlight'> {
  return baseUrl === undefined ? {} : { baseUrl, ...inFlightLimit(undefined, baseUrl) };
}

/** Adds the version to an address without a path, which only providers' own SDKs take. */
function versioned(url: string | undefined, version: string): string | undefined {
  if (url === undefined || new URL(url).pathname !== '/') return url;
  return new URL(version, url).href;
}

/**
 * Calls in flight at most to each model of a provider, from one worker.
 *
 * @param given in the provider's entry.
 */
export function inFlightLimit(
  given: number | undefined,
  baseUrl: string | undefined,
): { readonly maximumInFlight?: number } {
  const isHere = baseUrl !== undefined && isLoopback(new URL(baseUrl).hostname);
  const maximumInFlight = given ?? (isHere ? onThisMachine : undefined);
  return maximumInFlight === undefined ? {} : { maximumInFlight };
}
