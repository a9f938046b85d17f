import type { Json, JsonObject } from './json.ts';

/** Settings of one part for providers that have such, by provider: a cache mark, a signature. */
interface ForProviders {
  readonly providerOptions?: ProviderOptions;
}

/** What only some providers know, by provider: `{ "openai": { "serviceTier": "flex" } }`. */
export type ProviderOptions = { readonly [provider: string]: JsonObject };

/** Text, said or read. */
export interface TextPart extends ForProviders {
  readonly type: 'text';
  readonly text: string;
}

/** Where a file's bytes are: in the request itself, or where the provider fetches them. */
export type FileSource =
  | { readonly data: string; readonly url?: never }
  | { readonly url: string; readonly data?: never };

/** A picture: `data` in base64, or an `http(s)` address that the provider fetches. */
export type ImagePart = ForProviders &
  FileSource & {
    readonly type: 'image';
    /** `image/png`. Default: what the bytes say. */
    readonly mediaType?: string;
  };

/** Any other file, as {@link ImagePart}: a PDF, sound. */
export type FilePart = ForProviders &
  FileSource & {
    readonly type: 'file';
    /** `application/pdf` */
    readonly mediaType: string;
    readonly name?: string;
  };

/** What a model thought before it answered. */
export interface ReasoningPart extends ForProviders {
  readonly type: 'reasoning';
  readonly text: string;
}

/** A model's wish that a tool be used. */
export interface ToolCallPart extends ForProviders {
  readonly type: 'tool-call';
  /** Names this call in the conversation; its result has the same. */
  readonly id: string;
  readonly name: string;
  readonly arguments: JsonObject;
}

/** What came of a tool call. */
export interface ToolResultPart extends ForProviders {
  readonly type: 'tool-result';
  readonly id: string;
  readonly name: string;
  readonly result: Json;
  /** The tool failed, and the result says how. */
  readonly isError?: boolean;
}

/**
 * One message of a conversation: text, or parts. What a model answered goes into an `assistant`
 * message as it came: its reasoning, its text, its tool calls.
 */
export type Message = ForProviders &
  (
    | { readonly role: 'system'; readonly content: string }
    | {
        readonly role: 'user';
        readonly content: string | readonly (TextPart | ImagePart | FilePart)[];
      }
    | {
        readonly role: 'assistant';
        readonly content: string | readonly (TextPart | ReasoningPart | ToolCallPart | FilePart)[];
      }
    | { readonly role: 'tool'; readonly content: readonly ToolResultPart[] }
  );

/** Any part of any message. */
export type MessagePart = Exclude<Message['content'], string>[number];

/** The parts of a message; text alone is one. */
export function partsOf({ content }: Message): readonly MessagePart[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}
