import { asFields, asList, asText, type Fields, parseJson } from './read-json.ts';

/** What can be known about the body of an answer, whatever server wrote it. */
export interface ErrorBody {
  readonly kind: 'empty' | 'html' | 'text' | 'json' | 'stream';
  /** The body says itself that it is an error, whatever its status says. */
  readonly isError: boolean;
  /** `error.code`, `error.type` and what other servers have in their place, unchanged. */
  readonly codes: readonly string[];
  /** A status inside the body, as OpenRouter, vLLM and Google write it. */
  readonly numericCode: number | undefined;
  readonly param: string;
  /** Free text: matched against, never logged or passed on. */
  readonly message: string;
  /** Google's `google.rpc.RetryInfo.retryDelay`, which its OpenAI endpoint passes on. */
  readonly retryInfoDelay: string | undefined;
  /** Google's names of the quotas that are used up, from `google.rpc.QuotaFailure`. */
  readonly quotaIds: readonly string[];
}

const nothing: ErrorBody = {
  kind: 'empty',
  isError: false,
  codes: [],
  numericCode: undefined,
  param: '',
  message: '',
  retryInfoDelay: undefined,
  quotaIds: [],
};

/**
 * Reads the error formats of all families and their dialects: OpenAI's and Azure's `{error:
 * {message, type, param, code, innererror}}`, Anthropic's `{type: "error", error: {type, message,
 * details}}`, Google's `{error: {code, status, details: []}}` also as a list, Ollama's `{error:
 * "text"}`, the flat `{object: "error"}` of Mistral and older vLLM, OpenRouter's numeric code, its
 * errors inside a choice and its upstream's error as text, FastAPI's `{detail}`, and an error event
 * in a stream that was not asked for.
 */
export function readErrorBody(text: string): ErrorBody {
  const trimmed = text.trim();
  if (trimmed === '') return nothing;
  if (trimmed.startsWith('<')) return { ...nothing, kind: 'html' };
  const parsed = parseJson(trimmed);
  if (parsed !== undefined) {
    return { ...readError(asFields(Array.isArray(parsed) ? parsed[0] : parsed)), kind: 'json' };
  }
  if (isEventStream(trimmed)) {
    return { ...readError(errorInStream(trimmed)), kind: 'stream' };
  }
  return { ...nothing, kind: 'text', message: trimmed.slice(0, 2000) };
}

function readError(body: Fields): Omit<ErrorBody, 'kind'> {
  const choice = asFields(asList(body.choices)[0]);
  const inside = body.error ?? choice.error ?? asFields(body.response).error ?? undefined;
  const error = typeof inside === 'string' ? { message: inside } : asFields(inside ?? body);
  const details = asList(error.details);
  const metadata = asFields(error.metadata);
  const raw = asText(metadata.raw);
  const upstream = raw === '' ? nothing : readErrorBody(raw);
  const codes = [
    asFields(error.innererror).code,
    asFields(error.details).error_code,
    metadata.limit_source,
    metadata.error_type,
    error.code,
    error.type,
    error.status,
    ...details.map(({ reason }) => reason),
    ...upstream.codes,
  ].filter((code) => typeof code === 'string');
  return {
    isError: inside !== undefined || isErrorByName(body) || choice.finish_reason === 'error',
    codes,
    numericCode: statusIn(error.code),
    param: asText(error.param),
    message: [
      asText(error.message) || asText(body.detail) || asText(body.message),
      upstream.message,
    ].join(' '),
    retryInfoDelay: details.map((d) => d.retryDelay).find((delay) => typeof delay === 'string'),
    quotaIds: details.flatMap(({ violations }) => asList(violations).map((v) => asText(v.quotaId))),
  };
}

function isErrorByName({ object, type, status }: Fields): boolean {
  // The Responses API may say `failed` without saying why.
  return object === 'error' || type === 'error' || (object === 'response' && status === 'failed');
}

function statusIn(code: unknown): number | undefined {
  const number = typeof code === 'string' && /^[45]\d\d$/.test(code) ? Number(code) : code;
  return typeof number === 'number' && number >= 400 && number < 600 ? number : undefined;
}

/** Whether a body is a stream of server-sent events, which was not asked for. */
function isEventStream(body: string): boolean {
  return /^(event|data|id|retry)?:/.test(body);
}

/** The event of a stream that tells of an error, in any family's form; no fields without one. */
function errorInStream(body: string): Fields {
  for (const [, data] of body.matchAll(/^data:[ \t]*(.+)$/gm)) {
    const event = asFields(parseJson(data ?? ''));
    if (event.error || event.type === 'error' || asFields(event.response).error) return event;
  }
  return {};
}
