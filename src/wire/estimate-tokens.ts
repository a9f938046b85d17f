import type { Usage } from '../policies/call-costs.ts';
import type { ModelRequest } from './model-call.ts';

/** What a prompt's characters are in tokens, for lack of the provider's own count. */
const charactersPerToken = 4;

/** What one attempt uses at most: its prompt, by an estimate, and its whole output limit. */
export function mostUsage({
  messages,
  maximumOutputTokens,
}: Pick<ModelRequest, 'messages' | 'maximumOutputTokens'>): Usage {
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  return {
    inputTokens: Math.ceil(characters / charactersPerToken),
    outputTokens: maximumOutputTokens,
  };
}
