import { startLoopbackServer } from './loopback-server.ts';
import { headerText, type RequestRecord, recordOf } from './request-record.ts';
import { jsonAnswer, type WireAnswer } from './wire-answer.ts';
import { deliver, pass, type WireFault } from './wire-fault.ts';

export interface KeyedEndpointOptions {
  /** What goes wrong with the n-th POST, counted from 1. Nothing by default. */
  readonly faults?: (nthPost: number) => WireFault;
  /** Where things are made and listed. Default: `/things`. */
  readonly path?: string;
  /** How long it takes to make one. Default: no time. */
  readonly executionMs?: number;
}

/** An endpoint that makes things. */
export interface KeyedEndpoint {
  readonly origin: string;
  /** Every request received, in order of arrival. `requestId` is the key as it was sent. */
  readonly requests: readonly RequestRecord[];
  /** What was made: the bodies, oldest first. */
  readonly things: readonly Readonly<Record<string, unknown>>[];
  /** Forgets every key, as after the window. */
  forgetKeys(): void;
  stop(): Promise<void>;
}

/**
 * A server that follows draft-ietf-httpapi-idempotency-key-header for a POST: 400 without a
 * key, 409 while the first request is under way, 422 for another payload, otherwise the stored
 * answer again. A GET lists.
 */
export async function startKeyedEndpoint(
  options: KeyedEndpointOptions = {},
): Promise<KeyedEndpoint> {
  const requests: RequestRecord[] = [];
  const things: Record<string, unknown>[] = [];
  const keys = new Map<string, { payload: string; answer: Promise<WireAnswer>; done: boolean }>();
  const { path = '/things' } = options;
  let posts = 0;

  async function make(payload: string): Promise<WireAnswer> {
    await new Promise((resolve) => setTimeout(resolve, options.executionMs ?? 0));
    things.push({ id: `thing-${things.length + 1}`, ...JSON.parse(payload) });
    return jsonAnswer(201, things.at(-1));
  }

  async function create(key: string | undefined, payload: string): Promise<WireAnswer> {
    if (key === undefined) return problem(400, 'Idempotency-Key is missing');
    const known = keys.get(key);
    if (known && known.payload !== payload) return problem(422, 'Idempotency-Key is already used');
    if (known && !known.done) return problem(409, 'A request is outstanding for this key');
    if (known) return known.answer;
    const entry = { payload, answer: make(payload), done: false };
    keys.set(key, entry);
    const answer = await entry.answer;
    entry.done = true;
    return answer;
  }

  const server = await startLoopbackServer({
    handle: async (exchange) => {
      const record = recordOf(exchange);
      requests.push(record);
      exchange.response.setHeader('x-request-id', `req-${requests.length}`);
      const isPost = record.method === 'POST' && record.path === path;
      if (isPost) posts += 1;
      const fault = (isPost && options.faults?.(posts)) || pass;
      record.fault = fault.kind;
      await deliver(exchange, record, fault, async () => {
        if (isPost) {
          return create(headerText(exchange, 'idempotency-key'), exchange.body.toString('utf8'));
        }
        return record.path === path ? jsonAnswer(200, things) : problem(404, 'Not found');
      });
    },
  });
  return {
    origin: server.origin,
    requests,
    things,
    forgetKeys: () => keys.clear(),
    stop: server.stop,
  };
}

/** RFC 9457. */
function problem(status: number, title: string): WireAnswer {
  return jsonAnswer(status, { type: 'about:blank', title, status });
}
