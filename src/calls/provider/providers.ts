import type { LanguageModelV4 } from '@ai-sdk/provider';
import { AttemptError, isAttemptError } from '../../failures/attempt-error.ts';
import { modelNameOf, providerOf } from '../../policies/model-name.ts';
import { createBoundedFetch } from './bounded-fetch.ts';
import { families } from './families/families.ts';
import type { LimitParameter, StructuredForm } from './families/family.ts';
import type { DeclaredFinish } from './families/finish-reasons.ts';
import type { ProviderFamily } from './provider-families.ts';

/** A provider of models, as data. */
export interface ProviderConfig {
  /** The prefix of its models: `openai` in `openai:gpt-4o-mini`. */
  readonly name: string;
  readonly family: ProviderFamily;
  /** Where the family's path (`/chat/completions`, `/messages`) is appended; its own by default. */
  readonly baseUrl?: string | undefined;
  readonly apiKey?: string | undefined;
  /** The variable that would give the key, for messages. */
  readonly keyVariable?: string | undefined;
  /** Without a key nothing is sent; only `openai-compatible` has the choice. */
  readonly keyRequired?: boolean | undefined;
  /** Sent with every request, for example Azure's `api-key`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Added to every address, for example Azure's `api-version`. */
  readonly queryParameters?: Readonly<Record<string, string>> | undefined;
  /** What finish reasons mean that the family's table does not have. */
  readonly finishReasons?: Readonly<Record<string, DeclaredFinish>> | undefined;
  /** The strongest form of asking for a shape that it takes; known for some, found out otherwise. */
  readonly structuredOutput?: StructuredForm | undefined;
  /** Its field for the most tokens of an answer. */
  readonly limitParameter?: LimitParameter | undefined;
}

/** A model that can be called. */
export interface ResolvedModel
  extends Pick<ProviderConfig, 'family' | 'finishReasons' | 'structuredOutput' | 'limitParameter'> {
  /** The provider's name. */
  readonly provider: string;
  readonly modelId: string;
  readonly languageModel: LanguageModelV4;
}

/** The configured providers. */
export type Providers = ReturnType<typeof createProviders>;

/** Makes the providers. Key and address are always given, or the AI SDK would read `OPENAI_*`. */
export function createProviders(configs: readonly ProviderConfig[]) {
  const byName = new Map(configs.map((config) => [config.name, config]));
  const names = [...byName.keys()];
  // The AI SDK builds the schemas of a model's answers with it: that costs as much as sending the request.
  const known = new Map<string, ResolvedModel>();

  /**
   * @param model `<provider>:<model id>`; a model id may hold colons (`ollama:llama3.2:3b`).
   * @throws AttemptError `ConnectionFailed` for an unknown prefix, which during a deploy another
   *   worker may know; `InvalidCredentials` for a key that is missing or cannot be a header;
   *   `InvalidRequest` for what is no model's name; all before any request.
   */
  function resolveModel(model: string): ResolvedModel {
    const resolved = known.get(model) ?? resolve(model);
    // Any text may be named as a model.
    if (known.size >= mostKnown) known.clear();
    known.set(model, resolved);
    return resolved;
  }

  function resolve(model: string): ResolvedModel {
    const name = providerOf(model);
    const config = byName.get(name);
    const modelId = modelNameOf(model);
    const about = { by: 'holdfast', sent: false } as const;
    if (modelId === '' || name === '') {
      const reason = 'the model must be <provider>:<model>, such as openai:gpt-4o-mini';
      throw new AttemptError({ ...about, type: 'InvalidRequest', reason });
    }
    if (!config) {
      const reason = `this worker has no provider ${name}, only ${names.join(', ')}; name it in HOLDFAST_PROVIDERS and start the worker again`;
      throw new AttemptError({ ...about, type: 'ConnectionFailed', reason });
    }
    assertKey(config);
    return {
      provider: config.name,
      family: config.family,
      modelId,
      languageModel: createLanguageModel(config, modelId),
      finishReasons: config.finishReasons,
      ...quirksOf(config),
    };
  }

  /** Whether {@link resolveModel} does not throw. */
  function resolves(model: string): boolean {
    try {
      resolveModel(model);
      return true;
    } catch (error) {
      if (isAttemptError(error)) return false;
      throw error;
    }
  }

  return { resolveModel, resolves };
}

/** Models kept by a worker that is asked for always new ones. */
const mostKnown = 200;

/** What is known of servers that speak a family's protocol in part, by their address. */
const quirks: readonly (readonly [
  host: RegExp,
  Pick<ProviderConfig, 'structuredOutput' | 'limitParameter'>,
])[] = [
  [/(^|\.)deepseek\.com$/, { structuredOutput: 'json_object' }],
  [/(^|\.)(bigmodel\.cn|z\.ai)$/, { structuredOutput: 'json_object' }],
  [/\.azure\.com$/, { limitParameter: 'max_completion_tokens' }],
];

/** What the entry says, else what is known of its server. */
function quirksOf({ family, baseUrl, structuredOutput, limitParameter }: ProviderConfig) {
  const host = baseUrl === undefined ? '' : new URL(baseUrl).hostname;
  const [, known] = quirks.find(([pattern]) => pattern.test(host)) ?? [];
  const isKnown = family === 'openai-compatible' ? known : undefined;
  return {
    structuredOutput: structuredOutput ?? isKnown?.structuredOutput,
    limitParameter: limitParameter ?? isKnown?.limitParameter,
  };
}

/** @throws AttemptError `InvalidCredentials` for a key that is missing or cannot be a header. */
export function assertKey({
  name,
  family,
  apiKey,
  keyVariable,
  keyRequired,
}: ProviderConfig): void {
  const isMissing = !apiKey && (family !== 'openai-compatible' || keyRequired === true);
  const which = keyVariable ?? 'the API key';
  const reason = isMissing
    ? `${which} is not set for this worker`
    : `${which} holds blanks or line ends`;
  if (isMissing || (apiKey && !/^[\x21-\x7e]+$/.test(apiKey))) {
    throw new AttemptError({ type: 'InvalidCredentials', by: name, reason, sent: false });
  }
}

function createLanguageModel(config: ProviderConfig, modelId: string): LanguageModelV4 {
  const { name, headers = {}, apiKey = '' } = config;
  const family = families[config.family];
  const baseURL = config.baseUrl ?? family.baseUrl;
  const fetch = createBoundedFetch(config.queryParameters, family.tidy);
  return family.createModel({ name, baseURL, apiKey, headers, fetch }, modelId);
}
