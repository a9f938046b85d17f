import { withoutFetchTimeouts } from './attempt-dispatcher.ts';
import { currentExchange, type Exchange } from './exchange.ts';
import { type Fields, readEnvelope } from './families/read-json.ts';
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
 * @param tidy makes of a whole answer what the AI SDK reads; the exchange keeps it as it came.
 */
export function createBoundedFetch(
  queryParameters: Readonly<Record<string, string>> = {},
  tidy: (body: Fields) => Fields = (body) => body,
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
        ...withoutFetchTimeouts,
        headers,
        redirect: 'manual',
        signal: AbortSignal.any(signals),
      });
      return await readWhole(response, exchange, tidy);
    } catch (error) {
      exchange.failure = error;
      throw error;
    }
  };
}

async function readWhole(
  response: Response,
  exchange: Exchange,
  tidy: (body: Fields) => Fields,
): Promise<Response> {
  const { status, statusText, headers } = response;
  exchange.status = status;
  exchange.headers = Object.fromEntries(headers);
  await readBody(response, exchange);
  if (exchange.oversized && response.ok) throw new Error('the answer exceeds the size cap');
  // These headers describe the bytes on the wire; the body is decoded by now.
  const kept = new Headers(headers);
  kept.delete('content-encoding');
  kept.delete('content-length');
  const answer = response.ok ? tidied(exchange.body, tidy) : exchange.body;
  return new Response(withoutBody.has(status) ? null : answer, {
    status,
    statusText,
    headers: kept,
  });
}

function tidied(body: string, tidy: (body: Fields) => Fields): string {
  const envelope = readEnvelope(body);
  if (!envelope) return body;
  const fields = tidy(envelope.fields);
  try {
    return JSON.stringify(fields);
  } catch {
    // Nested deeper than can be written: what is paid for is read as it came.
    return body;
  }
}

async function readBody(response: Response, exchange: Exchange): Promise<void> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    // Leaving the loop early cancels the stream, which closes the connection.
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > maximumAnswerBytes) {
        exchange.oversized = true;
        break;
      }
      chunks.push(chunk);
    }
  } finally {
    // What came of a body that broke off may still say what is wrong.
    const text = decode(Buffer.concat(chunks), response.headers.get('content-type') ?? '');
    if (text === undefined) exchange.isUndecodable = true;
    exchange.body = text ?? '';
  }
}

/**
 * As UTF-8, which many servers send under another label; where it is none, as the label says. Both
 * strictly: a letter that cannot be read must not become U+FFFD in silence.
 */
function decode(bytes: Uint8Array, contentType: string): string | undefined {
  const [, charset = 'utf-8'] = /charset="?([\w.:-]+)/i.exec(contentType) ?? [];
  for (const encoding of ['utf-8', charset]) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // Not in this one, or one that nobody knows.
    }
  }
  return undefined;
}
