import { createHash } from 'node:crypto';
import { workflowIdFor } from '../../wire/identifiers.ts';

/** OpenAI takes client request ids of up to 512 ASCII characters; other servers 255, suffix included. */
const headerSafe = /^[\x21-\x7e]{1,230}$/;

/** What names an attempt to the provider (OpenAI logs it). An id that no header can carry is hashed. */
export function requestHeaders(requestId: string, attempt: number): Record<string, string> {
  return { 'X-Client-Request-Id': `${headerSafeId(requestId)}/attempt-${attempt}` };
}

/**
 * The `Idempotency-Key` of a request to a model, for servers that keep one: the same for all attempts
 * of a call, and another one as soon as anything else is asked under the same request id, by a
 * resume with another model for example. A server that keeps keys would refuse that, or answer with
 * what it answered before. Two scopes may have equal workflow ids, so the scope is in it.
 */
export function modelRequestKey(scope: string, requestId: string, url: URL, body: string): string {
  const asked = createHash('sha256').update(`${url.pathname}\n${body}`).digest('hex');
  return `${headerSafeId(`${scope}/${requestId}`)}:${asked.slice(0, 16)}`;
}

function headerSafeId(id: string): string {
  return headerSafe.test(id) ? id : workflowIdFor(id);
}

/** Response headers in which servers of the family name a request. */
const idHeaders = ['x-request-id', 'apim-request-id', 'request-id', 'x-generation-id'];

/** The provider's own id of the request. It is logged, so only what looks like an id counts. */
export function providerRequestIdIn(
  headers: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return idHeaders.map((name) => headers[name]).find((id) => id && /^[\w.:-]{1,100}$/.test(id));
}
