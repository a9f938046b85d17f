import {
  httpEffect as declareHttpEffect,
  type HttpEffectOptions,
} from '../effects/targets/http/http-effect.ts';
import type { HttpRequest } from '../effects/targets/http/http-target.ts';
import type { DefinitionOptions, EffectDefinition } from './effect-definition.ts';
import type { MakeResources } from './make-resources.ts';

/** What `httpEffect` itself sees to, from the fields of {@link HttpOptions}. */
type Made = 'name' | 'target' | 'baseUrl' | 'headers' | 'allowPrivate' | 'keyWindowMs' | 'request';

/** An effect on an HTTP endpoint that takes `Idempotency-Key`. */
export interface HttpOptions<Input, Result, Config>
  extends DefinitionOptions<Config, Result>,
    Omit<HttpEffectOptions<Input, Result>, Made> {
  /** Who fails when it fails. Default: the effect's name. */
  readonly target?: string;
  readonly baseUrl: (config: Config) => string;
  /** Credentials and the like; never stored. */
  readonly headers?: (config: Config) => Readonly<Record<string, string>>;
  /** The request, stored at the claim and sent again verbatim. */
  readonly request: (input: Input, key: string) => HttpRequest;
  /** How long the target is documented to know a key, less a margin. Default: 23 hours. */
  readonly keyWindowMs?: number;
}

const usualKeyWindowMs = 23 * 60 * 60 * 1000;

/** Declares an effect on an HTTP endpoint with idempotency keys: one request an attempt. */
export function httpEffect<Input, Result, Config = unknown>(
  options: HttpOptions<Input, Result, Config>,
): EffectDefinition<Input, Result> {
  const { does, did, retentionDays = 400, policy = 'message', config, ...declared } = options;
  const { target, keyWindowMs = usualKeyWindowMs, baseUrl, headers, ...rest } = declared;
  return {
    ...{ retentionDays, policy },
    does: does ?? `send to ${target ?? 'its endpoint'}`,
    ...(config && { config }),
    make: (name, resources) => {
      const { config: read, allowPrivate } = resources as MakeResources;
      const effect = declareHttpEffect<Input, Result>({
        ...rest,
        ...{ name, target: target ?? name, keyWindowMs, allowPrivate },
        baseUrl: baseUrl(read as Config),
        ...(headers && { headers: headers(read as Config) }),
      });
      return { ...effect, ...(did && { did }) };
    },
  };
}
