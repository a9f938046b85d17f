import { AttemptError } from '../../failures/attempt-error.ts';
import { families } from '../provider/families/families.ts';
import { assertKey, type ProviderConfig } from '../provider/providers.ts';
import type { ForwardProvider } from './forward-attempt.ts';

/**
 * The configured providers as requests are forwarded to them: each with an address and a key.
 *
 * @returns a function that throws AttemptError for a name that is not configured, or without its key.
 */
export function forwardProviders(
  configs: readonly (ProviderConfig & { readonly openaiBaseUrl?: string | undefined })[],
): (name: string) => ForwardProvider {
  const byName = new Map(configs.map((config) => [config.name, config]));
  return (name) => {
    const config = byName.get(name);
    if (!config) {
      const reason = `there is no provider ${name}; known are ${[...byName.keys()].join(', ')}`;
      throw new AttemptError({ type: 'InvalidRequest', by: 'holdfast', reason, sent: false });
    }
    assertKey(config);
    const family = families[config.family];
    const baseUrl = config.baseUrl ?? family.baseUrl;
    const openaiBaseUrl =
      config.openaiBaseUrl ??
      (family.openaiPath && `${baseUrl.replace(/\/$/, '')}${family.openaiPath}`);
    return { ...config, baseUrl, openaiBaseUrl };
  };
}
