import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What the server says to every request of one test. */
export type Reply = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** One request as the server saw it. */
export interface SeenRequest {
  readonly headers: IncomingMessage['headers'];
  readonly url: string;
  readonly body: string;
  /** The body as it came. */
  readonly bytes: Buffer;
}

/** Answers with exactly these bytes. */
export function literally(
  status: number,
  body: string | object,
  headers: Record<string, string> = {},
): Reply {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(text);
  };
}

/** A whole chat completion, as OpenAI sends it. */
export function completion(
  text: string | null,
  choice: object = {},
  message: object = {},
): Record<string, unknown> {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'gpt-4o-mini',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: text, ...message },
        finish_reason: 'stop',
        ...choice,
      },
    ],
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
  };
}

/** A server on a free port of 127.0.0.1 whose reply can be changed; it records what it sees. */
export async function literalServer() {
  const seen: SeenRequest[] = [];
  const closed: Promise<void>[] = [];
  const socketClosed = new WeakMap<Socket, Promise<void>>();
  let reply: Reply = literally(200, completion('hello'));
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    closed.push(socketClosed.get(request.socket) ?? Promise.reject(new Error('unknown socket')));
    request.on('error', () => {});
    response.on('error', () => {});
    request.on('data', (part: Buffer) => void parts.push(part));
    request.on('end', () => {
      const bytes = Buffer.concat(parts);
      const body = bytes.toString('utf8');
      seen.push({ headers: request.headers, url: request.url ?? '', body, bytes });
      reply(request, response, body);
    });
  });
  server.on('connection', (socket) => {
    socketClosed.set(socket, new Promise((resolve) => socket.once('close', () => resolve())));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    baseUrl: `http://127.0.0.1:${port}/v1`,
    seen,
    /** Resolves when the connection of the nth request closes. */
    closed,
    answer(next: Reply) {
      reply = next;
      seen.length = 0;
      closed.length = 0;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
