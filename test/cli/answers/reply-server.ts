import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../../../src/wire/json.ts';

/** One answer of a provider, as a report had it. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly headersTwice?: readonly (readonly [string, string])[];
  readonly body: JsonObject | string;
  readonly encoding?: 'latin-1';
  /** Which requests get it, where it is not their number that decides. */
  readonly when?: string;
}

/** Which requests a reply is for; whatever is left gets the next one. */
const conditions: Readonly<Record<string, (body: JsonObject) => boolean>> = {
  'the request has max_tokens': (body) => body.max_tokens !== undefined,
  'strict is true and a $ref has other keys beside it': (body) => {
    const format = JSON.stringify(body.response_format ?? {});
    return format.includes('"strict":true') && /"\$ref":"[^"]*",|,"\$ref"/.test(format);
  },
};

/** Answers each path with the replies of one row, in order, the last again and again. */
export async function startReplyServer(repliesOf: (id: string) => readonly Reply[]) {
  const arrivals = new Map<string, number[]>();
  const server = createServer((request, response) => {
    const [, id = ''] = (request.url ?? '').split('/');
    const times = [...(arrivals.get(id) ?? []), Date.now()];
    arrivals.set(id, times);
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => {
      answer(choose(repliesOf(id), times.length, JSON.parse(text)), response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrlOf: (id: string) => `http://127.0.0.1:${port}/${id}/v1`,
    /** When each request of a row came, in milliseconds. */
    arrivalsOf: (id: string) => arrivals.get(id) ?? [],
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function choose(replies: readonly Reply[], nth: number, body: JsonObject): Reply {
  const [first] = replies;
  const condition = first?.when === undefined ? undefined : conditions[first.when];
  const index = condition ? (condition(body) ? 0 : 1) : Math.min(nth, replies.length) - 1;
  const reply = replies[index];
  if (!reply) throw new Error('a row without replies');
  return reply;
}

function answer(reply: Reply, response: ServerResponse<IncomingMessage>): void {
  for (const [name, value] of Object.entries(reply.headers)) {
    response.setHeader(name, spelledOut(value));
  }
  for (const [name, value] of reply.headersTwice ?? []) response.appendHeader(name, value);
  const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
  const nested = JSON.stringify(`{"tree": ${'['.repeat(12_000)}${']'.repeat(12_000)}}`);
  const body = text.replace('"{{nested}}"', () => nested);
  response.writeHead(reply.status);
  response.end(Buffer.from(body, reply.encoding === 'latin-1' ? 'latin1' : 'utf8'));
}

/** What a row says in short: a time from now, or 20,000 letters. */
function spelledOut(value: string): string {
  const [, ms] = /^\{\{iso\+(\d+)\}\}$/.exec(value) ?? [];
  if (ms !== undefined) return new Date(Date.now() + Number(ms)).toISOString();
  return value === '20,000 times x' ? 'x'.repeat(20_000) : value;
}
