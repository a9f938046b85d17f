import type { FailureType } from '../../failures/failure-types.ts';
import type { ForwardedApi } from '../../wire/forwarded.ts';

/** What a client is told instead of an answer. */
export interface ToldError {
  readonly status: number;
  readonly type: FailureType;
  /** Ours, or the provider's words for a request of this very client. */
  readonly message: string;
  readonly param?: string | null;
  /** For an overload that passes: when to come back. */
  readonly retryAfterMs?: number;
}

/** The longest wait that SDKs obey: Node's ignores a longer one, and asks again at once. */
const longestRetryAfterMs = 60_000;

/** The error's JSON, in the form that the API's own SDKs read. */
export function errorBody(api: ForwardedApi, { type, message, param = null, status }: ToldError) {
  if (api === 'messages') return { type: 'error', error: { type: anthropicType(status), message } };
  if (api === 'generateContent') return { error: { code: status, message, status: type } };
  return { error: { message, type: openaiType(status), param, code: type } };
}

/** The same as the last event of a stream that had begun; `[DONE]` does not follow. */
export function errorFrame(api: ForwardedApi, error: ToldError): string {
  const data = JSON.stringify(errorBody(api, error));
  // Always nested, for OpenAI's APIs: their SDKs do not raise on a flat one.
  return api === 'messages' ? `event: error\ndata: ${data}\n\n` : `data: ${data}\n\n`;
}

/** Headers that keep an SDK from repeating what was tried already, or tell it when to come back. */
export function retryHeaders({ retryAfterMs }: ToldError): Record<string, string> {
  if (retryAfterMs === undefined) return { 'x-should-retry': 'false' };
  const waitMs = Math.min(longestRetryAfterMs, Math.max(1, Math.round(retryAfterMs)));
  return { 'retry-after-ms': String(waitMs), 'retry-after': String(Math.ceil(waitMs / 1000)) };
}

function openaiType(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

function anthropicType(status: number): string {
  const types: Readonly<Record<number, string>> = {
    401: 'authentication_error',
    403: 'permission_error',
    404: 'not_found_error',
    413: 'request_too_large',
    429: 'rate_limit_error',
    503: 'overloaded_error',
    529: 'overloaded_error',
  };
  return types[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
}
