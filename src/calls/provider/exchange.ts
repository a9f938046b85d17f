import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { longestTimerMs } from '../../policies/backoff.ts';

/** What happened on the wire during one attempt: the facts that classification starts from. */
export interface Exchange {
  /** `fetch` was called. */
  fetched: boolean;
  /** undici reported the request, so that `headersSent` can be relied on. */
  observed: boolean;
  /** The request's headers were written to a connected socket. */
  headersSent: boolean;
  status?: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  /** The answer's body, as far as it came. */
  body: string;
  /** The bytes are no text, neither in UTF-8 nor in the charset that the headers name. */
  isUndecodable?: true;
  /** More than the size cap came; the rest was not read. */
  oversized: boolean;
  /** What `fetch`, or reading its answer, threw. */
  failure?: unknown;
  /** Stops a second request before it is sent. */
  readonly stop: AbortController;
  readonly onSent: () => void;
  /** Whose call it is: the request then carries an `Idempotency-Key` that is made of it and the body. */
  call?: { readonly scope: string; readonly requestId: string };
}

const current = new AsyncLocalStorage<Exchange>();
const byRequest = new WeakMap<object, Exchange>();
let observing = false;

/**
 * Runs one attempt and notes what it does on the wire.
 *
 * @param onSent called when the request's headers leave this machine.
 */
export async function inExchange<T>(
  onSent: () => void,
  work: (exchange: Exchange) => Promise<T>,
): Promise<T> {
  observeUndici();
  const exchange: Exchange = {
    fetched: false,
    observed: false,
    headersSent: false,
    headers: {},
    body: '',
    oversized: false,
    stop: new AbortController(),
    onSent,
  };
  return current.run(exchange, () => work(exchange));
}

/** A signal that aborts when a request has taken too long. */
export function requestTimeout(timeoutMs: number): AbortSignal {
  return AbortSignal.timeout(Math.min(timeoutMs, longestTimerMs));
}

/**
 * The same for requests by the thousand: Node keeps a signal of `AbortSignal.timeout` that others depend
 * on until its time is over, a minute after the request has ended, and all that hangs on it.
 */
export function endedTimeout(timeoutMs: number): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new DOMException('the request took too long', 'TimeoutError')),
    Math.min(timeoutMs, longestTimerMs),
  );
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}

/** The exchange of the attempt that calls, if any. */
export function currentExchange(): Exchange | undefined {
  return current.getStore();
}

/** Whether the request left this machine; `undefined` when that cannot be known. */
export function wasSent(exchange: Exchange, neverSent = false): boolean | undefined {
  if (!exchange.fetched) return false;
  if (exchange.headersSent || exchange.status !== undefined) return true;
  return exchange.observed || neverSent ? false : undefined;
}

/**
 * Node's fetch reports on diagnostics channels when a request is made, when its headers are written
 * and when those of the answer come. The request object links the three: it is made in the
 * attempt's own async context, while the rest happens in the socket's.
 */
function observeUndici(): void {
  if (observing) return;
  observing = true;
  subscribe('undici:request:create', (message) => {
    const exchange = current.getStore();
    const request = requestIn(message);
    // A CONNECT to a proxy is not the request.
    if (!exchange || request.method !== 'POST') return;
    // fetch repeats a request answered 421 by itself (the Fetch standard wants it): not here.
    if (exchange.observed) return exchange.stop.abort();
    exchange.observed = true;
    byRequest.set(request, exchange);
  });
  subscribe('undici:client:sendHeaders', (message) => {
    const exchange = byRequest.get(requestIn(message));
    if (!exchange || exchange.headersSent) return;
    exchange.headersSent = true;
    exchange.onSent();
  });
  subscribe('undici:request:headers', (message) => {
    const exchange = byRequest.get(requestIn(message));
    const { response } = message as { response: { statusCode: number } };
    // Noted here too, because fetch hides a 407 behind a network error.
    if (exchange) exchange.status = response.statusCode;
  });
}

function requestIn(message: unknown): { readonly method?: string } {
  return (message as { request: { method?: string } }).request;
}
