import { type Exchange, startLoopbackServer } from './loopback-server.ts';

/** What a line of a batch asks. */
export interface AskedLine {
  readonly custom_id: string;
  readonly method: string;
  readonly url: string;
  readonly body: { readonly model: string; readonly messages: readonly { content: string }[] };
}

/** A batch as the double keeps it; its fields are those of OpenAI's documentation. */
export interface DoubledBatch extends Record<string, unknown> {
  readonly id: string;
  readonly input_file_id: string;
  readonly metadata: Readonly<Record<string, string>> | null;
  status: string;
}

/** How a line ends without an answer. */
export type LineFate = { readonly fate: 'expired' | 'missing' | 'unrun' };

/** What the double of a Batch API is started with. */
export interface BatchApiOptions {
  /**
   * What becomes of a line: an answer's text, an error answer, one of these ends, or no result at all.
   * `unrun` is one that the batch comes to only when it is cancelled, too late.
   */
  readonly answer: (line: AskedLine) => string | { readonly status: number } | LineFate;
  /** Called when a batch has been made, before its maker is told. */
  readonly onMade?: (batch: DoubledBatch) => Promise<void>;
}

const endpoints = ['/v1/responses', '/v1/chat/completions', '/v1/embeddings', '/v1/completions'];
/** https://developers.openai.com/api/reference/resources/batches/methods/create */
const [mostLines, mostBytes] = [50_000, 200_000_000];

/**
 * A double of OpenAI's Files and Batch APIs on 127.0.0.1: the documented shapes, and the documented
 * refusals. A batch is validated and run when it is first asked for, and its results are in another
 * order than its lines. Chat completions are answered live too.
 */
export async function startBatchApi({ answer, onMade }: BatchApiOptions) {
  const files = new Map<string, { filename: string; content: string }>();
  const batches: DoubledBatch[] = [];
  const liveRequests: string[] = [];
  const refusals: string[] = [];
  const nowSeconds = () => Math.floor(Date.now() / 1000);

  function send({ response }: Exchange, status: number, body: object | string): void {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }
  function refuse(exchange: Exchange, status: number, message: string, param: string | null) {
    refusals.push(message);
    const type = 'invalid_request_error';
    send(exchange, status, { error: { message, type, param, code: null } });
  }
  function keep(id: string, filename: string, content: string) {
    files.set(id, { filename, content });
    const bytes = Buffer.byteLength(content);
    return { id, object: 'file', bytes, created_at: nowSeconds(), filename, purpose: 'batch' };
  }

  async function upload(exchange: Exchange): Promise<void> {
    const { request, body } = exchange;
    const headers = { 'content-type': request.headers['content-type'] ?? '' };
    const form = await new Response(new Uint8Array(body), { headers }).formData();
    const file = form.get('file');
    if (form.get('purpose') !== 'batch') {
      return refuse(exchange, 400, 'the purpose is not batch', 'purpose');
    }
    if (!(file instanceof File) || !file.name.endsWith('.jsonl')) {
      return refuse(exchange, 400, 'the Batch API takes .jsonl files', 'file');
    }
    if (file.size > mostBytes) return refuse(exchange, 413, 'the file is too large', 'file');
    send(exchange, 200, keep(`file-in-${files.size + 1}`, file.name, await file.text()));
  }

  async function make(exchange: Exchange): Promise<void> {
    const asked = JSON.parse(exchange.body.toString('utf8'));
    const { input_file_id, endpoint, completion_window, metadata = null } = asked;
    if (!files.has(input_file_id)) {
      return refuse(exchange, 400, `no such file: ${input_file_id}`, 'input_file_id');
    }
    if (!endpoints.includes(endpoint)) {
      return refuse(exchange, 400, `${endpoint} is not supported`, 'endpoint');
    }
    if (completion_window !== '24h') {
      return refuse(exchange, 400, 'only 24h is supported', 'completion_window');
    }
    const pairs = Object.entries<string>(metadata ?? {});
    if (pairs.length > 16 || pairs.some(([key, text]) => key.length > 64 || text.length > 512)) {
      return refuse(exchange, 400, 'at most 16 pairs of 64 and 512 characters', 'metadata');
    }
    const batch: DoubledBatch = {
      ...{ id: `batch_${batches.length + 1}`, object: 'batch', endpoint, errors: null },
      ...{ input_file_id, completion_window, status: 'validating', metadata },
      ...{ output_file_id: null, error_file_id: null, created_at: nowSeconds() },
      expires_at: nowSeconds() + 86_400,
    };
    batches.push(batch);
    await onMade?.(batch);
    send(exchange, 200, batch);
  }

  /** What is wrong with its file, as `errors.data` has it. */
  function problemsOf(batch: DoubledBatch, lines: readonly AskedLine[]) {
    const problem = (code: string, line: number | null) => ({ code, line, message: code });
    const ids = new Set<string>();
    const problems = lines.flatMap(({ custom_id, method, url, body }, at) => {
      const isTwice = ids.has(custom_id);
      ids.add(custom_id);
      if (isTwice) return [problem('duplicate_custom_id', at + 1)];
      if (method !== 'POST' || url !== batch.endpoint) return [problem('invalid_url', at + 1)];
      if (body.model !== lines[0]?.body.model) return [problem('mismatched_model', at + 1)];
      return [];
    });
    if (lines.length > mostLines) return [problem('too_many_requests_in_file', null)];
    if (lines.length === 0) return [problem('empty_file', null)];
    return problems;
  }

  /** What ran of a batch has its results: of one that runs, once all of it did. */
  function runOf(batch: DoubledBatch): void {
    const lines: AskedLine[] = (files.get(batch.input_file_id)?.content ?? '')
      .split('\n')
      .filter(Boolean)
      .map((text) => JSON.parse(text));
    const problems = problemsOf(batch, lines);
    if (problems.length > 0) {
      const errors = { object: 'list', data: problems };
      Object.assign(batch, { status: 'failed', failed_at: nowSeconds(), errors });
      return;
    }
    const outcomes = lines.toReversed().map((line) => [line, answer(line)] as const);
    const isCancelled = batch.status === 'cancelling';
    const isUnrun = outcomes.some(
      ([, of]) => typeof of === 'object' && 'fate' in of && of.fate === 'unrun',
    );
    if (isUnrun && !isCancelled) return;
    const results = outcomes.flatMap(([line, outcome], nth) => {
      const head = { id: `batch_req_${nth}`, custom_id: line.custom_id };
      if (typeof outcome === 'object' && 'fate' in outcome) {
        if (outcome.fate !== 'expired') return [];
        const message = 'the completion window ended';
        return {
          isError: true,
          line: { ...head, response: null, error: { code: 'batch_expired', message } },
        };
      }
      const isError = typeof outcome !== 'string';
      const response = isError
        ? { status_code: outcome.status, body: { error: { message: 'no', code: 'refused' } } }
        : { status_code: 200, body: completionOf(outcome, line.body.model) };
      return {
        isError,
        line: { ...head, response: { request_id: `req-${nth}`, ...response }, error: null },
      };
    });
    const write = (isError: boolean) => {
      const some = results.filter((each) => each.isError === isError);
      if (some.length === 0) return null;
      const text = some.map(({ line }) => `${JSON.stringify(line)}\n`).join('');
      return keep(`file-out-${files.size + 1}`, 'results.jsonl', text).id;
    };
    const isExpired = results.some(({ line }) => line.error !== null);
    const status = isCancelled ? 'cancelled' : isExpired ? 'expired' : 'completed';
    Object.assign(batch, {
      ...{ status, [`${status}_at`]: nowSeconds() },
      ...{ output_file_id: write(false), error_file_id: write(true) },
    });
  }

  const server = await startLoopbackServer({
    async handle(exchange) {
      const { method, url, body } = exchange;
      const [, of, id, more] =
        /^\/v1\/(files|batches)\/([^/]+)(?:\/(\w+))?$/.exec(url.pathname) ?? [];
      const where = `${method} ${url.pathname}`;
      if (where === 'POST /v1/files') return upload(exchange);
      if (where === 'POST /v1/batches') return make(exchange);
      if (where === 'GET /v1/batches') {
        const newest = batches.toReversed();
        const after = newest.findIndex((each) => each.id === url.searchParams.get('after')) + 1;
        const limit = Number(url.searchParams.get('limit') ?? 20);
        if (limit < 1 || limit > 100) return refuse(exchange, 400, 'from 1 to 100', 'limit');
        const data = newest.slice(after, after + limit);
        const has_more = newest.length > after + limit;
        return send(exchange, 200, { object: 'list', data, has_more });
      }
      if (where === 'POST /v1/chat/completions') {
        const asked = JSON.parse(body.toString('utf8'));
        const { content } = asked.messages[0];
        liveRequests.push(content);
        return send(exchange, 200, completionOf(`live ${content}`, asked.model));
      }
      const file = of === 'files' ? files.get(id ?? '') : undefined;
      if (file && more === 'content') return send(exchange, 200, file.content);
      const batch = of === 'batches' ? batches.find((each) => each.id === id) : undefined;
      if (batch && method === 'GET') {
        if (batch.status === 'in_progress' || batch.status === 'cancelling') runOf(batch);
        if (batch.status === 'validating') batch.status = 'in_progress';
        return send(exchange, 200, batch);
      }
      if (batch && more === 'cancel') {
        if (batch.status !== 'validating' && batch.status !== 'in_progress') {
          return refuse(exchange, 409, `a batch that is ${batch.status} is not cancelled`, null);
        }
        Object.assign(batch, { status: 'cancelling', cancelling_at: nowSeconds() });
        return send(exchange, 200, batch);
      }
      refuse(exchange, 404, `there is nothing at ${url.pathname}`, null);
    },
  });
  return {
    baseUrl: `${server.origin}/v1`,
    files,
    batches,
    liveRequests,
    refusals,
    stop: server.stop,
  };
}

function completionOf(text: string, model: string) {
  const message = { role: 'assistant', content: text };
  return {
    ...{ id: 'chatcmpl-1', object: 'chat.completion', created: 1, model },
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  };
}
