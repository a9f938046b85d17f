import { workflowIdFor } from '../../wire/identifiers.ts';

/** OpenAI takes client request ids of up to 512 ASCII characters; other servers less. */
const headerSafe = /^[\x21-\x7e]{1,255}$/;

/**
 * What names a request to the provider, on every attempt: `X-Client-Request-Id` is the attempt's own
 * (OpenAI logs it), `Idempotency-Key` is the call's, for those that keep one. An id that no header
 * can carry is hashed.
 */
export function requestHeaders(requestId: string, attempt: number): Record<string, string> {
  const safeId = headerSafe.test(requestId) ? requestId : workflowIdFor(requestId);
  return { 'X-Client-Request-Id': `${safeId}/attempt-${attempt}`, 'Idempotency-Key': safeId };
}

/** Response headers in which servers of the family name a request. */
const idHeaders = ['x-request-id', 'apim-request-id', 'request-id', 'x-generation-id'];

/** The provider's own id of the request. It is logged, so only what looks like an id counts. */
export function providerRequestIdIn(
  headers: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return idHeaders.map((name) => headers[name]).find((id) => id && /^[\w.:-]{1,100}$/.test(id));
}
