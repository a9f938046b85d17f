import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createWholeEvents } from '../../calls/forward/stream-events.ts';
import type { ForwardedAnswer, ForwardedApi } from '../../wire/forwarded.ts';
import { errorBody, errorFrame, retryHeaders, type ToldError } from './error-answer.ts';

/** Writes one answer to one client: whole, or as a stream; the status is held back until it is known. */
export interface Delivery {
  /** Whether a status has been sent: from then on an error is an event of the stream. */
  readonly isCommitted: () => boolean;
  /** Aborts when the client is gone. */
  readonly gone: AbortSignal;
  readonly whole: (answer: ForwardedAnswer, body: Uint8Array) => void;
  /**
   * Bytes of a stream; the first ones send the status. Those of an event are held until it is whole:
   * a comment or an error after half an event would be read as part of it. Resolves when the client may
   * have more.
   */
  readonly bytes: (bytes: Uint8Array, head: ForwardedAnswer) => Promise<void>;
  readonly end: () => void;
  readonly error: (error: ToldError) => void;
  /** The stream cannot be gone on with, and no frame would be understood: the connection is cut. */
  readonly cut: () => void;
}

/** How long is waited, and with whom. */
export interface DeliveryTimes {
  /** A client that takes nothing of what waits for it, for so long, is taken for gone. */
  readonly patienceMs: number;
  /** After so long without a byte, a client that asked for a stream is told that something goes on. */
  readonly keepAliveMs: number;
}

const streamHeaders = { 'content-type': 'text/event-stream; charset=utf-8' };

/**
 * Makes the delivery of one request.
 *
 * @param headers ours, known when the answer begins: attempts, cost, the workflow.
 */
export function createDelivery(
  response: ServerResponse,
  { api, isStream }: { readonly api: ForwardedApi; readonly isStream: boolean },
  headers: () => Record<string, string>,
  { patienceMs, keepAliveMs }: DeliveryTimes,
): Delivery {
  const gone = new AbortController();
  let isCommitted = false;
  const events = createWholeEvents();
  const beat = isStream ? setInterval(keepAlive, keepAliveMs) : undefined;
  response.on('error', () => {});
  response.on('timeout', () => response.destroy());
  response.once('close', closed);
  // It may have left before its record was there.
  if (response.destroyed) closed();

  function closed(): void {
    clearInterval(beat);
    if (!response.writableFinished) gone.abort(new Error('the client is gone'));
  }
  function commit(status: number, more: Readonly<Record<string, string>>): void {
    isCommitted = true;
    response.writeHead(status, { ...more, ...headers(), 'cache-control': 'no-cache' });
  }
  /** A comment: every client of server-sent events skips it. Never `id:` or a lone `retry:`. */
  function keepAlive(): void {
    if (response.writableNeedDrain) return;
    if (!isCommitted) commit(200, streamHeaders);
    response.write(': waiting\n\n');
  }
  /** What a slow client has not taken is not read from the provider either. */
  async function untilTaken(): Promise<void> {
    response.setTimeout(patienceMs);
    await once(response, 'drain', { signal: gone.signal }).catch(() => {});
    response.setTimeout(0);
  }
  function finish(last: Uint8Array | string): void {
    clearInterval(beat);
    response.setTimeout(patienceMs);
    response.end(last);
  }

  return {
    gone: gone.signal,
    isCommitted: () => isCommitted,
    whole(answer, body) {
      if (isCommitted) return finish(body);
      commit(answer.status, { ...answer.headers, 'content-length': String(body.byteLength) });
      finish(body);
    },
    async bytes(bytes, head) {
      if (!isCommitted) commit(head.status, { ...streamHeaders, ...head.headers });
      beat?.refresh();
      const whole = events.take(bytes);
      if (whole.byteLength === 0) return;
      if (!response.write(whole) && !gone.signal.aborted) await untilTaken();
    },
    end: () => finish(events.rest()),
    error(error) {
      if (isCommitted) return finish(errorFrame(api, error));
      const body = JSON.stringify(errorBody(api, error));
      commit(error.status, {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        ...retryHeaders(error),
      });
      finish(body);
    },
    cut: () => response.destroy(),
  };
}
