import type { ProviderFamily } from '../provider/provider-families.ts';
import { anthropicRows } from './anthropic-rows.ts';
import type { ClassifierRow } from './classifier-row.ts';
import { googleRows } from './google-rows.ts';
import { openaiRows } from './openai-rows.ts';
import {
  type ReadRefusal,
  readChatRefusal,
  readGenerateContentRefusal,
  readMessagesRefusal,
  readResponsesRefusal,
} from './read-refusal.ts';

/** A protocol that models are called in, with what is known of the servers that speak it. */
export interface Family {
  /** What a whole answer of the protocol is called: "not a chat completion". */
  readonly answer: string;
  /** Read from top to bottom; the first row that fits rules. */
  readonly rows: readonly ClassifierRow[];
  readonly readRefusal: ReadRefusal;
  /** Servers whose own errors are in the rows and tested. */
  readonly dialects: readonly string[];
}

/** Every family, by the name that a provider's configuration gives it. */
export const families: Readonly<Record<ProviderFamily, Family>> = {
  openai: {
    answer: 'a chat completion',
    rows: openaiRows,
    readRefusal: readChatRefusal,
    dialects: ['OpenAI Chat Completions'],
  },
  'openai-responses': {
    answer: 'a response',
    rows: openaiRows,
    readRefusal: readResponsesRefusal,
    dialects: ['OpenAI Responses'],
  },
  'openai-compatible': {
    answer: 'a chat completion',
    rows: openaiRows,
    readRefusal: readChatRefusal,
    dialects: [
      'Azure OpenAI',
      'OpenRouter',
      'Ollama',
      'vLLM',
      'llama.cpp',
      'Mistral',
      'Groq',
      'DeepSeek',
      'Fireworks',
      'Together',
      'Moonshot',
      "Google's OpenAI endpoint",
      "Anthropic's OpenAI endpoint",
    ],
  },
  anthropic: {
    answer: 'a message',
    rows: anthropicRows,
    readRefusal: readMessagesRefusal,
    dialects: ['Anthropic Messages'],
  },
  google: {
    answer: 'generated content',
    rows: googleRows,
    readRefusal: readGenerateContentRefusal,
    dialects: ['Gemini generateContent'],
  },
};

/** Every code that may be shown as a failure's reason: a closed list, never text from outside. */
export const knownCodes: ReadonlySet<string> = new Set(
  Object.values(families).flatMap(({ rows }) => rows.flatMap(({ codes = [] }) => codes)),
);
