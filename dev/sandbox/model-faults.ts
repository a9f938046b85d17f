import type { Distortion } from './distort.ts';
import type { WireFault } from './wire-fault.ts';

/** What can go wrong in a call to a model: on the wire, or in the words of the model. */
export type ModelFault =
  | WireFault
  /** A whole, well-formed answer whose assistant text is this. */
  | { readonly kind: 'text'; readonly text: string }
  /** A whole, well-formed answer whose assistant text is the right one, distorted. */
  | { readonly kind: 'distort'; readonly how: Distortion };

export const text = (answer: string): ModelFault => ({ kind: 'text', text: answer });
export const distort = (how: Distortion): ModelFault => ({ kind: 'distort', how });

const openAiError = (
  message: string,
  type: string,
  code: string | null,
  param: unknown = null,
) => ({
  error: { message, type, param, code },
});

/** 429 that time will cure, as OpenAI sends it. Without a wait, no header says how long. */
export function rateLimited(
  wait: { readonly retryAfterSeconds?: number; readonly retryAfterMs?: number } = {},
): WireFault & { kind: 'status' } {
  const waitMs = wait.retryAfterMs ?? (wait.retryAfterSeconds ?? 1) * 1000;
  return {
    kind: 'status',
    status: 429,
    headers: {
      'x-ratelimit-limit-requests': '500',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': `${waitMs}ms`,
      ...(wait.retryAfterSeconds === undefined
        ? {}
        : { 'retry-after': String(wait.retryAfterSeconds) }),
      ...(wait.retryAfterMs === undefined ? {} : { 'retry-after-ms': String(wait.retryAfterMs) }),
    },
    body: openAiError(
      `Rate limit reached for requests per min (RPM): Limit 500, Used 500, Requested 1. Please try again in ${waitMs}ms.`,
      'requests',
      'rate_limit_exceeded',
    ),
  };
}

/** 429 that no waiting will cure: the account has no money. */
export const quotaExhausted: WireFault = {
  kind: 'status',
  status: 429,
  body: openAiError(
    'You exceeded your current quota, please check your plan and billing details.',
    'insufficient_quota',
    'insufficient_quota',
  ),
};

/** 503 with OpenAI's body for an overloaded model. */
export const overloaded: WireFault = {
  kind: 'status',
  status: 503,
  body: openAiError('That model is currently overloaded.', 'server_error', 'server_overloaded'),
};

/** 500 with OpenAI's body. */
export const serverError: WireFault = {
  kind: 'status',
  status: 500,
  body: openAiError('The server had an error while processing the request.', 'server_error', null),
};

/** 502 with the HTML page of a proxy in between. */
export const htmlErrorPage: WireFault = {
  kind: 'status',
  status: 502,
  body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
};

/** 401 for a key that is wrong or was revoked; the key is shown masked. */
export function invalidApiKey(key: string): WireFault {
  return {
    kind: 'status',
    status: 401,
    body: openAiError(
      `Incorrect API key provided: ${key.slice(0, 3)}****${key.slice(-4)}.`,
      'invalid_request_error',
      'invalid_api_key',
    ),
  };
}

/** 404 for a model that does not exist, or that the account cannot see. */
export function modelNotFound(model: string): WireFault {
  return {
    kind: 'status',
    status: 404,
    body: openAiError(
      `The model \`${model}\` does not exist or you do not have access to it.`,
      'invalid_request_error',
      'model_not_found',
    ),
  };
}
