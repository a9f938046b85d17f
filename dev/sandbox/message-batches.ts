import { type Exchange, startLoopbackServer } from './loopback-server.ts';

/** A request of a batch, as Anthropic documents it. */
export interface AskedMessage {
  readonly custom_id: string;
  readonly params: Readonly<Record<string, unknown>> & {
    readonly messages: readonly { readonly content: string }[];
  };
}

/** How a request ends without an answer. */
export interface OtherEnd {
  readonly type: 'errored' | 'expired' | 'canceled';
}

interface KeptBatch {
  readonly id: string;
  readonly createdAt: Date;
  readonly requests: readonly AskedMessage[];
  looks: number;
  isCancelled: boolean;
}

/** What the double is started with. */
export interface MessageBatchesOptions {
  /**
   * What becomes of a request: an answer's text, or one of the other ends. `canceled` is one that the
   * batch comes to only when it is cancelled, too late.
   */
  readonly answer: (asked: AskedMessage) => string | OtherEnd;
  /** Called when a batch has been made, before its maker is told. */
  readonly onMade?: () => Promise<void>;
}

/** https://platform.claude.com/docs/en/build-with-claude/batch-processing */
const [mostRequests, mostBytes] = [100_000, 256_000_000];

/**
 * A double of Anthropic's Message Batches on 127.0.0.1: the documented shapes, and the documented
 * refusals. A batch ends when it is asked for the second time; its results are in another order than its
 * requests, and nobody sees them before.
 */
export async function startMessageBatches({ answer, onMade }: MessageBatchesOptions) {
  const batches: KeptBatch[] = [];
  const refusals: string[] = [];

  function send({ response }: Exchange, status: number, body: object | string): void {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }
  function refuse(exchange: Exchange, status: number, type: string, message: string) {
    refusals.push(message);
    send(exchange, status, { type: 'error', error: { type, message } });
  }

  function hasEnded({ looks, isCancelled, requests }: KeptBatch): boolean {
    const isUnrun = requests.some((each) => Object(answer(each)).type === 'canceled');
    return looks >= 2 && (isCancelled || !isUnrun);
  }

  function shown(batch: KeptBatch) {
    const { id, createdAt, requests, isCancelled } = batch;
    const isOver = hasEnded(batch);
    const running = isCancelled ? 'canceling' : 'in_progress';
    return {
      ...{ id, type: 'message_batch', processing_status: isOver ? 'ended' : running },
      request_counts: {
        ...{
          processing: isOver ? 0 : requests.length,
          succeeded: isOver ? requests.length : 0,
        },
        ...{ errored: 0, canceled: 0, expired: 0 },
      },
      ...{
        created_at: createdAt.toISOString(),
        ended_at: isOver ? createdAt.toISOString() : null,
      },
      expires_at: new Date(createdAt.getTime() + 86_400_000).toISOString(),
      ...{ archived_at: null, cancel_initiated_at: isCancelled ? createdAt.toISOString() : null },
      results_url: isOver ? `https://api.anthropic.com/v1/messages/batches/${id}/results` : null,
    };
  }

  /** What is wrong with a batch, if anything. */
  function problemOf(requests: readonly AskedMessage[]): string | undefined {
    if (requests.length === 0 || requests.length > mostRequests)
      return 'requests: from 1 to 100000';
    if (new Set(requests.map(({ custom_id }) => custom_id)).size < requests.length) {
      return 'requests: custom_id must be unique';
    }
    for (const { custom_id, params } of requests) {
      if (!/^[a-zA-Z0-9_-]{1,64}$/.test(custom_id)) return `custom_id: ${custom_id}`;
      if (!(Number(params.max_tokens) >= 1)) return 'params.max_tokens: at least 1';
      if (params.stream !== undefined) return 'params.stream: not supported in a batch';
    }
    return undefined;
  }

  function resultOf(asked: AskedMessage) {
    const outcome = answer(asked);
    if (typeof outcome === 'string') return { type: 'succeeded', message: messageOf(outcome) };
    const error = { type: 'error', error: { type: 'invalid_request_error', message: 'no' } };
    return outcome.type === 'errored' ? { type: 'errored', error } : outcome;
  }

  const server = await startLoopbackServer({
    async handle(exchange) {
      const { method, url, body, request } = exchange;
      const { 'anthropic-version': version, 'x-api-key': key } = request.headers;
      if (!key) return refuse(exchange, 401, 'authentication_error', 'x-api-key is required');
      if (version !== '2023-06-01') {
        return refuse(exchange, 400, 'invalid_request_error', 'anthropic-version is required');
      }
      const [, id, more] =
        /^\/v1\/messages\/batches\/([^/]+)(?:\/(\w+))?$/.exec(url.pathname) ?? [];
      const where = `${method} ${url.pathname}`;
      if (where === 'POST /v1/messages/batches') {
        if (body.byteLength > mostBytes) {
          return refuse(exchange, 413, 'request_too_large', 'more than 256 MB');
        }
        const { requests } = JSON.parse(body.toString('utf8'));
        const problem = problemOf(requests);
        if (problem) return refuse(exchange, 400, 'invalid_request_error', problem);
        const made = { createdAt: new Date(), looks: 0, requests, isCancelled: false };
        const batch = { id: `msgbatch_${batches.length + 1}`, ...made };
        batches.push(batch);
        await onMade?.();
        return send(exchange, 200, shown(batch));
      }
      if (where === 'GET /v1/messages/batches') {
        for (const batch of batches) batch.looks += 1;
        const data = batches.toReversed().map(shown);
        const [first_id = null, last_id = null] = [data.at(0)?.id, data.at(-1)?.id];
        return send(exchange, 200, { data, has_more: false, first_id, last_id });
      }
      const batch = batches.find((each) => each.id === id);
      if (!batch) return refuse(exchange, 404, 'not_found_error', `nothing at ${url.pathname}`);
      if (more === 'results') {
        if (!hasEnded(batch)) {
          return refuse(exchange, 404, 'not_found_error', 'it has no results yet');
        }
        const lines = batch.requests
          .toReversed()
          .map((each) => ({ custom_id: each.custom_id, result: resultOf(each) }));
        return send(exchange, 200, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      }
      if (more === 'cancel') {
        if (hasEnded(batch)) {
          return refuse(exchange, 400, 'invalid_request_error', 'it has ended');
        }
        // Work that was begun is still ended.
        Object.assign(batch, { isCancelled: true, looks: 0 });
        return send(exchange, 200, shown(batch));
      }
      batch.looks += 1;
      send(exchange, 200, shown(batch));
    },
  });
  return { baseUrl: `${server.origin}/v1`, batches, refusals, stop: server.stop };
}

function messageOf(text: string) {
  return {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'claude' },
    content: [{ type: 'text', text }],
    ...{ stop_reason: 'end_turn', usage: { input_tokens: 10, output_tokens: 5 } },
  };
}
