import { setTimeout as sleep } from 'node:timers/promises';
import type { Exchange } from './loopback-server.ts';
import type { RequestRecord } from './request-record.ts';
import { sendAnswer, sendHalf, type WireAnswer } from './wire-answer.ts';

/** What can go wrong between any client and any server; as plain data, but for `held`. */
export type WireFault =
  /** Nothing goes wrong. */
  | { readonly kind: 'pass' }
  /** This answer instead of the real one; the request is not executed. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** An object is sent as JSON, a string as it is (`content-type` from `headers`). */
      readonly body?: unknown;
    }
  /** A 200 whose body is this text; the request is not executed. */
  | { readonly kind: 'raw'; readonly body: string; readonly contentType?: string }
  /** No answer, the connection held open until the client goes away; not executed. */
  | { readonly kind: 'hang' }
  /** The connection is destroyed before anything is executed or answered. */
  | { readonly kind: 'reset' }
  /** Executed; then the connection is destroyed without a byte of the answer. */
  | { readonly kind: 'lost' }
  /** Executed; then the headers and half of the answer's body, and the connection is destroyed. */
  | { readonly kind: 'cut' }
  /** Executed and answered after this long. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Nothing by itself: a harness is told of two moments, and each goes on when it says so. */
  | {
      readonly kind: 'held';
      readonly received: () => Promise<void>;
      readonly executed: () => Promise<void>;
    };

export const pass: WireFault = { kind: 'pass' };
export const hang: WireFault = { kind: 'hang' };
export const reset: WireFault = { kind: 'reset' };
export const lost: WireFault = { kind: 'lost' };
export const cut: WireFault = { kind: 'cut' };
export const delay = (delayMs: number): WireFault => ({ kind: 'delay', delayMs });
export const raw = (body: string, contentType = 'application/json'): WireFault => ({
  kind: 'raw',
  body,
  contentType,
});

/**
 * Answers one request as the fault says. `execute` does the real work, at most once; the record
 * gets the status that was sent and whether the client left first.
 */
export async function deliver(
  exchange: Exchange,
  record: RequestRecord,
  fault: WireFault,
  execute: () => Promise<WireAnswer>,
): Promise<void> {
  exchange.clientGone.addEventListener('abort', () => {
    record.clientAborted = true;
  });
  const send = (answer: WireAnswer) => {
    record.status = answer.status;
    sendAnswer(exchange, answer);
  };
  switch (fault.kind) {
    case 'pass':
      return send(await execute());
    case 'delay':
      await sleep(fault.delayMs, undefined, { ref: false });
      return send(await execute());
    case 'held': {
      await fault.received();
      const answer = await execute();
      await fault.executed();
      return send(answer);
    }
    case 'status':
      return send(statusAnswer(fault));
    case 'raw':
      return send({
        status: 200,
        headers: { 'content-type': fault.contentType ?? 'application/json' },
        body: fault.body,
      });
    case 'hang':
      return;
    case 'reset':
      return exchange.hangUp();
    case 'lost':
      await execute();
      return exchange.hangUp();
    case 'cut': {
      const answer = await execute();
      record.status = answer.status;
      return sendHalf(exchange, answer);
    }
  }
}

function statusAnswer(fault: Extract<WireFault, { kind: 'status' }>): WireAnswer {
  const isText = typeof fault.body === 'string';
  return {
    status: fault.status,
    headers: { 'content-type': isText ? 'text/html' : 'application/json', ...fault.headers },
    body: isText ? (fault.body as string) : JSON.stringify(fault.body ?? {}),
  };
}
