import type { Usage } from '../policies/call-costs.ts';
import { type MessagePart, partsOf } from './message.ts';
import type { ModelRequest } from './model-call.ts';

/** What a prompt's characters are in tokens, for lack of the provider's own count. */
const charactersPerToken = 4;
/** What an answer is taken for, where a client that is forwarded names no limit. */
export const usualOutputTokens = 1000;
/** What a picture or a page of a document is, about: providers count by its size, not by its bytes. */
const tokensPerFile = 1500;

/** What one attempt uses at most: its prompt, by an estimate, and its whole output limit. */
export function mostUsage({
  messages,
  forwarded,
  maximumOutputTokens,
}: Pick<ModelRequest, 'messages' | 'forwarded' | 'maximumOutputTokens'>): Usage {
  if (forwarded) return mostForwarded(forwarded.bytes, maximumOutputTokens);
  const tokens = messages.flatMap(partsOf).reduce((sum, part) => sum + tokensOf(part), 0);
  return { inputTokens: Math.ceil(tokens), outputTokens: maximumOutputTokens };
}

/** What an attempt of a forwarded call uses at most. */
export function mostForwarded(bytes: number, maximumOutputTokens = usualOutputTokens): Usage {
  return {
    inputTokens: Math.ceil(bytes / charactersPerToken),
    outputTokens: maximumOutputTokens,
  };
}

function tokensOf(part: MessagePart): number {
  if (part.type === 'image' || part.type === 'file') return tokensPerFile;
  const text = 'text' in part ? part.text : JSON.stringify(part);
  return text.length / charactersPerToken;
}
