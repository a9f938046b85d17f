import type { Usage } from '../../policies/call-costs.ts';
import type { ForwardedApi } from '../../wire/forwarded.ts';
import { present } from '../../wire/present.ts';
import { asFields, asList, asText, countIn, type Fields } from '../provider/families/read-json.ts';

/** What one piece of an answer says: a whole body, or the data of one event of a stream. */
export interface Piece {
  /** It holds some of what was asked for: from here on a client has seen an answer begin. */
  readonly hasContent?: boolean;
  /** The answer has ended by itself, whatever the reason. */
  readonly hasEnd?: boolean;
  readonly usage?: Partial<Usage>;
  /** The provider's id of a response that can be asked for again. */
  readonly responseId?: string;
  /** The last event's number, from which such a response goes on. */
  readonly sequenceNumber?: number;
  /** The piece is an error, in the provider's own form. */
  readonly error?: Fields;
}

/** How the answers of one API are read: only what decides, everything else is opaque. */
export interface AnswerReader {
  /** Whether a whole body is an answer of the protocol. */
  readonly isWhole: (body: Fields) => boolean;
  readonly usageOf: (body: Fields) => Partial<Usage> | undefined;
  /** Reads the data of one event. */
  readonly readEvent: (data: Fields) => Piece;
}

/**
 * The readers, by API. `other` is a native path of which nothing is known: any 2xx is an answer, and a
 * stream ends where it ends.
 */
export const answerReaders: Readonly<Record<ForwardedApi, AnswerReader>> = {
  chat: {
    isWhole: ({ choices }) => Array.isArray(choices) && choices.length > 0,
    usageOf: ({ usage }) => usageFrom(usage, 'prompt_tokens', 'completion_tokens'),
    readEvent(chunk) {
      const choices = asList(chunk.choices);
      const usage = usageFrom(chunk.usage, 'prompt_tokens', 'completion_tokens');
      return {
        // A first delta often has a role and an empty text: nothing that anybody asked for.
        hasContent: choices.some(({ delta }) =>
          Object.entries(asFields(delta)).some(([name, value]) => name !== 'role' && isSome(value)),
        ),
        hasEnd: choices.some(({ finish_reason }) => asText(finish_reason) !== ''),
        ...(usage && { usage }),
        ...errorIn(chunk.error),
      };
    },
  },
  responses: {
    isWhole: ({ output, status }) => Array.isArray(output) || typeof status === 'string',
    usageOf: ({ usage }) => usageFrom(usage, 'input_tokens', 'output_tokens'),
    readEvent(event) {
      const type = asText(event.type);
      const response = asFields(event.response);
      const usage = usageFrom(response.usage, 'input_tokens', 'output_tokens');
      const id = asText(response.id);
      return {
        hasContent: type.endsWith('.delta') || type.endsWith('.done'),
        hasEnd: type === 'response.completed' || type === 'response.incomplete',
        ...(usage && { usage }),
        ...(id !== '' && { responseId: id }),
        ...(typeof event.sequence_number === 'number' && {
          sequenceNumber: event.sequence_number,
        }),
        ...(type === 'error' && errorIn(event.error ?? event)),
        ...(type === 'response.failed' && errorIn(response.error ?? response)),
      };
    },
  },
  embeddings: {
    isWhole: ({ data }) => Array.isArray(data),
    usageOf: ({ usage }) => usageFrom(usage, 'prompt_tokens', 'completion_tokens'),
    readEvent: () => ({}),
  },
  messages: {
    isWhole: ({ content, type }) => Array.isArray(content) && type === 'message',
    usageOf: ({ usage }) => anthropicUsage(usage),
    readEvent(event) {
      const type = asText(event.type);
      const usage = anthropicUsage(event.usage ?? asFields(event.message).usage);
      return {
        hasContent: type === 'content_block_delta',
        hasEnd: type === 'message_stop',
        ...(usage && { usage }),
        ...(type === 'error' && errorIn(event.error ?? event)),
      };
    },
  },
  generateContent: {
    isWhole: ({ candidates, promptFeedback }) =>
      Array.isArray(candidates) || promptFeedback !== undefined,
    usageOf: ({ usageMetadata }) => googleUsage(usageMetadata),
    readEvent(chunk) {
      const candidates = asList(chunk.candidates);
      const usage = googleUsage(chunk.usageMetadata);
      return {
        hasContent: candidates.some(({ content }) => asList(asFields(content).parts).length > 0),
        // A prompt that is blocked ends so, without a candidate.
        hasEnd:
          candidates.some(({ finishReason }) => asText(finishReason) !== '') ||
          asText(asFields(chunk.promptFeedback).blockReason) !== '',
        ...(usage && { usage }),
        ...errorIn(chunk.error),
      };
    },
  },
  other: {
    isWhole: () => true,
    usageOf: () => undefined,
    readEvent: () => ({ hasContent: true, hasEnd: true }),
  },
};

function errorIn(error: unknown): { error: Fields } | undefined {
  if (typeof error === 'string' && error !== '') return { error: { message: error } };
  const fields = asFields(error);
  return Object.keys(fields).length > 0 ? { error: fields } : undefined;
}

function isSome(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return false;
  return !Array.isArray(value) || value.length > 0;
}

/** Counts as servers write them; what is no count is left out. */
function usageFrom(usage: unknown, input: string, output: string): Partial<Usage> | undefined {
  const fields = asFields(usage);
  const inputTokens = countIn(fields[input]);
  const outputTokens = countIn(fields[output]);
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  return present({ inputTokens, outputTokens });
}

/** What was read from a cache, or written to it, is input too. */
function anthropicUsage(usage: unknown): Partial<Usage> | undefined {
  const fields = asFields(usage);
  const read = usageFrom(usage, 'input_tokens', 'output_tokens');
  if (read?.inputTokens === undefined) return read;
  const cached = [fields.cache_creation_input_tokens, fields.cache_read_input_tokens];
  const inputTokens = cached.reduce<number>(
    (sum, tokens) => sum + (countIn(tokens) ?? 0),
    read.inputTokens,
  );
  return { ...read, inputTokens };
}

/** Thoughts are billed as output. */
function googleUsage(usage: unknown): Partial<Usage> | undefined {
  const read = usageFrom(usage, 'promptTokenCount', 'candidatesTokenCount');
  const thoughts = countIn(asFields(usage).thoughtsTokenCount);
  if (thoughts === undefined) return read;
  return { ...read, outputTokens: (read?.outputTokens ?? 0) + thoughts };
}
