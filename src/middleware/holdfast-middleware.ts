import type { LanguageModelV4Middleware, ProviderV4 } from '@ai-sdk/provider';
import { wrapProvider } from 'ai';
import type { RateLimitsByModel } from '../calls/gate/gate-limits.ts';
import { createGates, type Gates } from '../calls/gate/gates.ts';
import { catalogue } from '../policies/catalogue.ts';
import { changePolicy } from '../policies/resolve-policies.ts';
import type { ModelPolicy } from '../policies/retry-policy.ts';
import { attemptModel } from './attempt-model.ts';
import { watchStream } from './watch-stream.ts';

/** Options of {@link holdfastMiddleware}; everything has a default. */
export interface HoldfastMiddlewareOptions {
  /** What differs from the catalogue's policy for models. */
  readonly policy?: Partial<ModelPolicy>;
  /** Rate limits known beforehand, for this worker; by `<provider>:<model>` or `<provider>`. */
  readonly limits?: RateLimitsByModel;
  /** Gates to share with others. Default: gates of its own. */
  readonly gates?: Gates;
  /** Uniform in [0, 1): the jitter's randomness. */
  readonly random?: () => number;
}

/**
 * Language-model middleware of the AI SDK for use inside a Temporal activity. A failed attempt is
 * an `ApplicationFailure` with our type, final where no retry can cure it, otherwise with the
 * policy's delay (Retry-After its floor) as `nextRetryDelay`; while the provider is limiting or
 * down, calls wait at a gate. Attempts are counted by Temporal: the AI SDK inside the activity
 * makes none of its own.
 *
 * @throws InvalidPolicy naming every field and value that makes no sense.
 */
export function holdfastMiddleware(
  options: HoldfastMiddlewareOptions = {},
): LanguageModelV4Middleware {
  const { limits = {}, random = Math.random } = options;
  const policy = changePolicy('model', catalogue.model, options.policy ?? {});
  const gates = options.gates ?? createGates({ limits });
  const shared = { policy, gates, random };
  return {
    specificationVersion: 'v4',
    wrapGenerate: ({ model, params }) =>
      attemptModel({ model, params, ...shared }, async (sent, watch) => {
        const result = await model.doGenerate(sent);
        watch.answered(result.response?.body, result.usage);
        return result;
      }),
    wrapStream: ({ model, params }) =>
      attemptModel({ model, params, ...shared }, async (sent, watch) => {
        const result = await model.doStream(sent);
        return { ...result, stream: watchStream(result.stream, watch, sent.abortSignal) };
      }),
  };
}

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
