import type { OutgoingHttpHeaders } from 'node:http';
import type { Exchange } from './loopback-server.ts';

/** An HTTP answer as data. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
}

/** An answer with a JSON body. */
export function jsonAnswer(
  status: number,
  value: unknown,
  headers: OutgoingHttpHeaders = {},
): WireAnswer {
  const contentType = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers: { ...contentType, ...headers }, body: JSON.stringify(value) };
}

/** Headers of one hop, which a relay does not pass on (RFC 9110, section 7.6.1), and lengths. */
const hopHeaders = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'transfer-encoding',
]);

/** Passes a request on to another server and returns its whole answer. */
export async function relay(
  origin: string,
  exchange: Exchange,
  extraHeaders: Record<string, string> = {},
): Promise<WireAnswer> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(exchange.request.headers)) {
    if (value !== undefined && !hopHeaders.has(name)) headers.set(name, [value].flat().join(', '));
  }
  for (const [name, value] of Object.entries(extraHeaders)) headers.set(name, value);
  const hasBody = exchange.method !== 'GET' && exchange.method !== 'HEAD';
  const answer = await fetch(origin + exchange.url.pathname + exchange.url.search, {
    method: exchange.method,
    headers,
    ...(hasBody ? { body: new Uint8Array(exchange.body) } : {}),
    redirect: 'manual',
  });
  const kept = [...answer.headers].filter(([name]) => !hopHeaders.has(name));
  return { status: answer.status, headers: Object.fromEntries(kept), body: await answer.text() };
}

/** Sends an answer with its exact length. */
export function sendAnswer({ response }: Exchange, answer: WireAnswer): void {
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-length': Buffer.byteLength(answer.body),
  });
  response.end(answer.body);
}

/** Sends headers that promise the whole body, then half of it, and hangs up. */
export async function sendHalf(exchange: Exchange, answer: WireAnswer): Promise<void> {
  const bytes = Buffer.from(answer.body);
  exchange.response.writeHead(answer.status, {
    ...answer.headers,
    'content-length': bytes.length,
  });
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  await new Promise<void>((resolve) => exchange.response.write(half, () => resolve()));
  exchange.hangUp();
}
