import type { LanguageModelV4 } from '@ai-sdk/provider';
import { AttemptError } from '../../failures/attempt-error.ts';
import { modelNameOf, providerOf } from '../../policies/model-name.ts';
import { createBoundedFetch } from './bounded-fetch.ts';
import { families } from './families/families.ts';
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
  /** Without a key nothing is sent; only `openai-compatible` has the choice. */
  readonly keyRequired?: boolean | undefined;
  /** Sent with every request, for example Azure's `api-key`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Added to every address, for example Azure's `api-version`. */
  readonly queryParameters?: Readonly<Record<string, string>> | undefined;
  /** What finish reasons mean that the family's table does not have. */
  readonly finishReasons?: Readonly<Record<string, DeclaredFinish>> | undefined;
}

/** A model that can be called. */
export interface ResolvedModel {
  /** The provider's name. */
  readonly provider: string;
  readonly family: ProviderFamily;
  readonly modelId: string;
  readonly languageModel: LanguageModelV4;
  readonly finishReasons?: Readonly<Record<string, DeclaredFinish>> | undefined;
}

/** The configured providers. */
export interface Providers {
  /** The prefixes that {@link Providers.resolveModel} knows. */
  readonly names: readonly string[];
  /**
   * @param model `<provider>:<model id>`; a model id may hold colons (`ollama:llama3.2:3b`).
   * @throws AttemptError `InvalidRequest` for an unknown prefix, `InvalidCredentials` for a key that
   *   is missing or cannot be a header; both before any request.
   */
  resolveModel(model: string): ResolvedModel;
}

/** Makes the providers. Key and address are always given, or the AI SDK would read `OPENAI_*`. */
export function createProviders(configs: readonly ProviderConfig[]): Providers {
  const byName = new Map(configs.map((config) => [config.name, config]));
  const names = [...byName.keys()];

  function resolveModel(model: string): ResolvedModel {
    const config = byName.get(providerOf(model));
    const modelId = modelNameOf(model);
    if (!config || modelId === '') {
      throw new AttemptError({
        type: 'InvalidRequest',
        by: 'holdfast',
        reason: `the model must be <provider>:<model>, with one of the providers ${names.join(', ')}`,
        sent: false,
      });
    }
    assertKey(config);
    return {
      provider: config.name,
      family: config.family,
      modelId,
      languageModel: createLanguageModel(config, modelId),
      finishReasons: config.finishReasons,
    };
  }

  return { names, resolveModel };
}

/** @throws AttemptError `InvalidCredentials` for a key that is missing or cannot be a header. */
export function assertKey({ name, family, apiKey, keyRequired }: ProviderConfig): void {
  const isMissing = !apiKey && (family !== 'openai-compatible' || keyRequired === true);
  const reason = isMissing ? 'no API key is configured' : 'the API key holds blanks or line ends';
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
