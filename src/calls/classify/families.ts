import type { FailureType } from '../../failures/failure-types.ts';
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

/** Every code of the tables, with the types of the rows that know it exactly. */
export const knownCodes: ReadonlyMap<string, ReadonlySet<FailureType>> = (() => {
  const types = new Map<string, Set<FailureType>>();
  for (const { type, codes = [], vague } of Object.values(families).flatMap(({ rows }) => rows)) {
    for (const code of codes) {
      const known = types.get(code) ?? new Set();
      types.set(code, vague ? known : known.add(type));
    }
  }
  return types;
})();
