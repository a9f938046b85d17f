import type { Exchange } from './loopback-server.ts';

/** One request as a sandbox server saw it. It changes while the request is under way. */
export interface RequestRecord {
  readonly receivedAtMs: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** For model calls Holdfast's request id, otherwise the `Idempotency-Key` as it was sent. */
  readonly requestId?: string;
  /** The fault given, by kind; `pass` when none. */
  fault: string;
  /** The status sent, also when the body was cut; absent when no answer was begun. */
  status?: number;
  /** The client went away before its answer was complete. */
  clientAborted: boolean;
}

/** A record of a request that has just come in. */
export function recordOf(exchange: Exchange): RequestRecord {
  const requestId = requestIdOf(exchange);
  return {
    receivedAtMs: Date.now(),
    method: exchange.method,
    path: exchange.url.pathname,
    ...(requestId === undefined ? {} : { requestId }),
    fault: 'pass',
    clientAborted: false,
  };
}

/** Of a model call, the id of its attempt without the attempt: the key is another one for another body. */
export function requestIdOf(exchange: Exchange): string | undefined {
  const ofAttempt = headerText(exchange, 'x-client-request-id')?.replace(/\/attempt-\d+$/, '');
  return ofAttempt ?? headerText(exchange, 'idempotency-key');
}

/** The value of a request header, the first one where it came more than once. */
export function headerText(exchange: Exchange, name: string): string | undefined {
  return [exchange.request.headers[name]].flat()[0];
}
