import { families } from '../calls/provider/families/families.ts';
import { type ProviderFamily, providerFamilies } from '../calls/provider/provider-families.ts';

/**
 * The protocol behind an AI SDK model: the first that knows the name, else OpenAI's.
 *
 * @param provider the model's own `provider`, for example `openai.chat` or `anthropic.messages`.
 */
export function familyOf(provider: string): ProviderFamily {
  return (
    providerFamilies.find((name) => families[name].sdkProvider.test(provider)) ??
    'openai-compatible'
  );
}

/** `openai` of `openai.responses`: the name that gates and failures use. */
export function providerNameOf(provider: string): string {
  return provider.split('.')[0] ?? provider;
}
