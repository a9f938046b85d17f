import type { ProviderFamily } from '../provider-families.ts';
import { anthropic } from './anthropic.ts';
import { openaiChat } from './chat.ts';
import type { Family } from './family.ts';
import { google } from './google.ts';
import { openaiCompatible } from './openai-compatible.ts';
import { openaiResponses } from './openai-responses.ts';

/** Every family, by the name that a provider's configuration gives it. */
export const families: Readonly<Record<ProviderFamily, Family>> = {
  openai: openaiChat,
  'openai-responses': openaiResponses,
  'openai-compatible': openaiCompatible,
  anthropic,
  google,
};
