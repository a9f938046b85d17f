import { currentExchange, type Exchange } from './exchange.ts';
import { modelRequestKey } from './request-headers.ts';

/** Most bytes of an answer that are read: what Temporal carries, and room for escapes. */
export const maximumAnswerBytes = 8 * 1024 * 1024;

/** Statuses with which `Response` accepts no body. */
const withoutBody = new Set([204, 205, 304]);

/**
 * The `fetch` of model providers: at most one request in an attempt, redirects are not followed
 * (the answer is the redirect itself, a failure by its status), the answer has a size cap, and all
 * is noted in the attempt's exchange. The body is read here, so that classification can see it
 * whatever the AI SDK makes of it.
 *
 * @param queryParameters added to every address, for example Azure's `api-version`.
 */
export function createBoundedFetch(
  queryParameters: Readonly<Record<string, string>> = {},
): typeof globalThis.fetch {
  return async function boundedFetch(input, init) {
    const exchange = currentExchange();
    if (!exchange) throw new Error('a model is called outside of an attempt');
    if (exchange.fetched) throw new Error('an attempt makes at most one request');
    exchange.fetched = true;
    const url = new URL(input instanceof Request ? input.url : input);
    for (const [name, value] of Object.entries(queryParameters)) url.searchParams.set(name, value);
    const { call } = exchange;
    const headers = new Headers(init?.headers);
    if (call && typeof init?.body === 'string') {
      const key = modelRequestKey(call.scope, call.requestId, url, init.body);
      headers.set('Idempotency-Key', key);
    }
    const signals = [exchange.stop.signal, ...(init?.signal ? [init.signal] : [])];
    try {
      const response = await fetch(url, {
        ...init,
        headers,
        redirect: 'manual',
        signal: AbortSignal.any(signals),
      });
      return await readWhole(response, exchange);
    } catch (error) {
      exchange.failure = error;
      throw error;
    }
  };
}

async function readWhole(response: Response, exchange: Exchange): Promise<Response> {
  const { status, statusText, headers } = response;
  exchange.status = status;
  exchange.headers = Object.fromEntries(headers);
  if (response.body) await readBody(response.body, exchange);
  if (exchange.oversized && response.ok) throw new Error('the answer exceeds the size cap');
  // These headers describe the bytes on the wire; the body is decoded by now.
  const kept = new Headers(headers);
  kept.delete('content-encoding');
  kept.delete('content-length');
  return new Response(withoutBody.has(status) ? null : exchange.body, {
    status,
    statusText,
    headers: kept,
  });
}

async function readBody(body: ReadableStream<Uint8Array>, exchange: Exchange): Promise<void> {
  const decoder = new TextDecoder();
  let bytes = 0;
  // Leaving the loop early cancels the stream, which closes the connection.
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maximumAnswerBytes) {
      exchange.oversized = true;
      return;
    }
    exchange.body += decoder.decode(chunk, { stream: true });
  }
  exchange.body += decoder.decode();
}
