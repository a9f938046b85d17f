import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { JsonObject } from '../../../wire/json.ts';
import type { ClassifierRow } from './classifier-row.ts';
import type { FinishReasons } from './finish-reasons.ts';
import type { Fields } from './read-json.ts';

/**
 * How an answer's shape can be asked for, the strongest first: the provider keeps to the schema, it is
 * shown the schema, it writes any JSON object, it is only told.
 */
export const structuredForms = [
  'json_schema_strict',
  'json_schema',
  'json_object',
  'prompt',
] as const;
export type StructuredForm = (typeof structuredForms)[number];

/** The name of the request's field for the most tokens of an answer. */
export const limitParameters = ['max_tokens', 'max_completion_tokens'] as const;
export type LimitParameter = (typeof limitParameters)[number];

/** What a model is made from: all of it given, or the AI SDK would read variables of its own. */
export interface ModelSettings {
  readonly name: string;
  readonly baseURL: string;
  readonly apiKey: string;
  readonly headers: Record<string, string>;
  readonly fetch: typeof globalThis.fetch;
}

/** What is asked of one request, besides what the AI SDK has a name for. */
export interface RequestOptions {
  readonly strict: boolean;
  /** Where it is not sent as `max_tokens`. */
  readonly maximumOutputTokens?: number | undefined;
}

/** What an answer in the family's protocol says, before it is judged. */
export interface Reading {
  /** As the provider wrote it; empty where it gave none. */
  readonly finishReason: string;
  /** Empty where there is none. */
  readonly text: string;
  /** Whether the text is there at all, be it empty. */
  readonly hasText: boolean;
  /** Pictures and the like, which need no words. */
  readonly hasFiles?: boolean;
  /** Names of the tools that the model wants called. */
  readonly toolCalls: readonly string[];
  readonly outputTokens: number;
  /** A refusal beside the text: its name in our words. */
  readonly refusal?: string | undefined;
  /** What makes it no answer of the protocol. */
  readonly malformed?: string | undefined;
}

/** A protocol that models are called in, with all that is known of the servers that speak it. */
export interface Family {
  /** What a whole answer of the protocol is called: "not a chat completion". */
  readonly answer: string;
  /** Servers whose own errors are in the rows and tested. */
  readonly dialects: readonly string[];
  /** The public endpoint; empty where there is none. */
  readonly baseUrl: string;
  /** Where its servers speak OpenAI's protocol, after that address; absent where at the same one. */
  readonly openaiPath?: string;
  /** Names by which the AI SDK calls its providers of this protocol. */
  readonly sdkProvider: RegExp;
  /** What errors mean, read from top to bottom; the first row that fits rules. */
  readonly rows: readonly ClassifierRow[];
  readonly finishReasons: FinishReasons;
  /** The tool as which the AI SDK sends a schema, whose call is then the answer. */
  readonly answerTool?: string;
  readonly readAnswer: (body: Fields) => Reading;
  /** The answer without fields that break the protocol, but that nobody needs. */
  readonly tidy: (body: Fields) => Fields;
  /** Forms of asking for a shape that its servers know, the strongest first. */
  readonly forms: readonly StructuredForm[];
  /** The schema as it is sent in a form; `undefined` where the form cannot express it. */
  readonly schemaFor: (schema: JsonObject, form: StructuredForm) => JsonObject | undefined;
  /** A limit of tokens is needed by the protocol, or its field has this name. */
  readonly limit: { readonly parameter: LimitParameter | 'own'; readonly isNeeded: boolean };
  readonly createModel: (settings: ModelSettings, modelId: string) => LanguageModelV4;
  /** The name by which the AI SDK's provider reads its settings. */
  readonly optionsName: (provider: string) => string;
  /** What Holdfast sets there itself. */
  readonly options: (options: RequestOptions) => JsonObject;
}
