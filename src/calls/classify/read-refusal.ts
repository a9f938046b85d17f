import type { FailureType } from '../../failures/failure-types.ts';
import { asFields, asList, asText, type Fields } from './read-json.ts';

/** Why an answer with status 200, in the right protocol, is of no use. */
export interface Refusal {
  readonly type: FailureType;
  /** From a closed list. */
  readonly reason: string;
}

/** Finds a refusal that the AI SDK would take for an answer; `undefined` where there is none. */
export type ReadRefusal = (body: Fields) => Refusal | undefined;

const rejected = (reason: string): Refusal => ({ type: 'ContentRejected', reason });

/** OpenAI's Chat Completions: a refusal beside the text, and a content filter as finish reason. */
export const readChatRefusal: ReadRefusal = ({ choices }) => {
  const choice = asFields(asList(choices)[0]);
  if (asText(asFields(choice.message).refusal) !== '') return rejected('refusal');
  return choice.finish_reason === 'content_filter' ? rejected('content_filter') : undefined;
};

/**
 * OpenAI's Responses: a refusal is a part of a message. A response that is neither completed nor
 * incomplete runs in the background, which only a proxy can have asked for.
 */
export const readResponsesRefusal: ReadRefusal = ({ status, output, incomplete_details }) => {
  const parts = asList(output).flatMap(({ content }) => asList(content));
  if (parts.some(({ type }) => type === 'refusal')) return rejected('refusal');
  if (asFields(incomplete_details).reason === 'content_filter') return rejected('content_filter');
  const isUnfinished =
    typeof status === 'string' && /^(queued|in_progress|cancelled)$/.test(status);
  return isUnfinished
    ? { type: 'MalformedResponse', reason: 'not a finished response' }
    : undefined;
};

/** Anthropic's Messages. No larger limit makes an answer longer that the context window cut. */
export const readMessagesRefusal: ReadRefusal = ({ stop_reason }) => {
  if (stop_reason === 'refusal') return rejected('refusal');
  return stop_reason === 'model_context_window_exceeded'
    ? { type: 'ContextLengthExceeded', reason: 'model_context_window_exceeded' }
    : undefined;
};

const blockReasons = new Set(
  'SAFETY OTHER BLOCKLIST PROHIBITED_CONTENT IMAGE_SAFETY MODEL_ARMOR JAILBREAK'.split(' '),
);
const finishReasons: Readonly<Record<string, FailureType>> = {
  SAFETY: 'ContentRejected',
  RECITATION: 'ContentRejected',
  BLOCKLIST: 'ContentRejected',
  PROHIBITED_CONTENT: 'ContentRejected',
  SPII: 'ContentRejected',
  IMAGE_SAFETY: 'ContentRejected',
  LANGUAGE: 'ContentRejected',
  OTHER: 'MalformedResponse',
  MALFORMED_RESPONSE: 'MalformedResponse',
  MALFORMED_FUNCTION_CALL: 'MalformedResponse',
  UNEXPECTED_TOOL_CALL: 'MalformedResponse',
};

/**
 * Google's generateContent: a blocked prompt has no candidates, a blocked answer a finish reason.
 * The AI SDK takes any JSON object for an answer without text; without a candidate it is none.
 */
export const readGenerateContentRefusal: ReadRefusal = ({ promptFeedback, candidates }) => {
  const candidate = asList(candidates)[0];
  const blockReason = asText(asFields(promptFeedback).blockReason);
  if (candidate === undefined && blockReason !== '') {
    return rejected(blockReasons.has(blockReason) ? blockReason : 'prompt blocked');
  }
  if (candidate === undefined) return { type: 'MalformedResponse', reason: 'no candidates' };
  const reason = asText(candidate.finishReason);
  const type = Object.hasOwn(finishReasons, reason) ? finishReasons[reason] : undefined;
  return type && { type, reason };
};
