import { asFields, type Fields, parseJson } from './read-json.ts';

/** Whether a body is a stream of server-sent events, which was not asked for. */
export function isEventStream(body: string): boolean {
  return /^(event|data|id|retry)?:/.test(body);
}

/**
 * The event of a stream that tells of an error: Anthropic's `{type: "error"}`, `response.failed` of
 * OpenAI's Responses, a chunk with an `error` of all others. No fields where none does.
 */
export function errorInStream(body: string): Fields {
  for (const [, data] of body.matchAll(/^data:[ \t]*(.+)$/gm)) {
    const event = asFields(parseJson(data ?? ''));
    if (event.error || event.type === 'error' || asFields(event.response).error) return event;
  }
  return {};
}
