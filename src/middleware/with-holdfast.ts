import type { ProviderV4 } from '@ai-sdk/provider';
import { wrapProvider } from 'ai';
import { type HoldfastMiddlewareOptions, holdfastMiddleware } from './holdfast-middleware.ts';

/**
 * A provider whose language models fail with Holdfast's failure types: for the worker of those who
 * use `@temporalio/ai-sdk`.
 *
 * ```ts
 * new AiSdkPlugin({ modelProvider: withHoldfast(openai) })
 * ```
 */
export function withHoldfast(
  provider: ProviderV4,
  options: HoldfastMiddlewareOptions = {},
): ProviderV4 {
  return wrapProvider({ provider, languageModelMiddleware: holdfastMiddleware(options) });
}
