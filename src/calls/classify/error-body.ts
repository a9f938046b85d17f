import {
  asFields,
  asList,
  asText,
  type Fields,
  parseJson,
} from '../provider/families/read-json.ts';
import { type ErrorLayer, errorLayers } from './error-layers.ts';

/** What can be known about the body of an answer, whatever server wrote it. */
export interface ErrorBody {
  readonly kind: 'empty' | 'html' | 'text' | 'json' | 'stream';
  /** The body says itself that it is an error, whatever its status says. */
  readonly isError: boolean;
  /** The errors in it, the innermost first: proxies wrap what their upstream said. */
  readonly layers: readonly ErrorLayer[];
}

/**
 * Reads the error formats of all families and their dialects: OpenAI's and Azure's `{error:
 * {message, type, param, code, innererror}}`, Anthropic's `{type: "error", error: {type, message,
 * details}}`, Google's `{error: {code, status, details: []}}` also as a list, Ollama's `{error:
 * "text"}`, the flat `{object: "error"}` of Mistral and older vLLM, OpenRouter's numeric code, its
 * errors inside a choice and its upstream's error as text, MiniMax's `base_resp`, Tencent's
 * `{Response: {Error}}`, Baidu's `error_code`, FastAPI's
 * `{detail}`, an error as JSON in a sentence, and an error event in a stream that was not asked for.
 */
export function readErrorBody(text: string): ErrorBody {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'empty', isError: false, layers: [] };
  if (trimmed.startsWith('<')) return { kind: 'html', isError: false, layers: [] };
  const parsed = parseJson(trimmed);
  if (parsed !== undefined) {
    const body = asFields(Array.isArray(parsed) ? parsed[0] : parsed);
    return {
      kind: 'json',
      isError: saysError(body),
      // Of each good answer too it is asked whether it is an error; what it says, only of errors.
      get layers() {
        return errorLayers(parsed);
      },
    };
  }
  // A stream of server-sent events, which was not asked for.
  if (/^(event|data|id|retry)?:/.test(trimmed)) {
    const event = errorInStream(trimmed);
    return { kind: 'stream', isError: saysError(event), layers: errorLayers(event) };
  }
  return {
    kind: 'text',
    isError: false,
    layers: errorLayers({ message: trimmed.slice(0, 65_536) }),
  };
}

/** All that the errors in a body say: matched against, never logged or passed on. */
export function messageIn(body: string): string {
  return readErrorBody(body)
    .layers.map(({ message, param }) => `${message} ${param}`)
    .join('\n');
}

/** By what its fields say: an empty error object beside a whole answer is no error. */
function saysError(body: Fields): boolean {
  const { object, type, status } = body;
  const choice = asFields(asList(body.choices)[0]);
  const errors = [
    body.error,
    choice.error,
    asFields(body.response).error,
    asFields(body.Response).Error,
  ];
  return (
    errors.some(saysSomething) ||
    choice.finish_reason === 'error' ||
    object === 'error' ||
    type === 'error' ||
    // The Responses API may say `failed` without saying why.
    (object === 'response' && status === 'failed') ||
    Boolean(asFields(body.base_resp).status_code) ||
    isFlatError(body)
  );
}

/** What some servers write where there is no error. */
const nothing = /^(|null|none|undefined|false|0|200|ok|success)$/i;

function saysSomething(value: unknown): boolean {
  if (typeof value === 'string') return !nothing.test(value.trim());
  if (typeof value === 'object' && value !== null) return Object.values(value).some(saysSomething);
  return Boolean(value) && value !== 200;
}

/** `{code: 20012, message: "..."}` with status 200: an error where an answer is missing. */
function isFlatError(body: Fields): boolean {
  const isAnswer = ['choices', 'output', 'content', 'candidates'].some((name) => body[name]);
  const words = ['message', 'msg', 'detail', 'error_msg'].some((name) => asText(body[name]) !== '');
  return (
    !isAnswer &&
    words &&
    (body.success === false || saysSomething([body.code, body.status, body.error_code]))
  );
}

/** The event of a stream that tells of an error, in any family's form; no fields without one. */
function errorInStream(body: string): Fields {
  for (const [, data] of body.matchAll(/^data:[ \t]*(.+)$/gm)) {
    const event = asFields(parseJson(data ?? ''));
    if (saysError(event)) return event;
  }
  return {};
}
