import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededFor } from '../seeded.ts';

/** What the provider did for one message. */
export interface Served {
  /** Answers of the right shape that went out. */
  good: number;
  /** Answers of the wrong shape, each of which is repaired. */
  wrongShape: number;
  /** Refusals, errors and cut connections, each of which is tried again. */
  faults: number;
}

/** How often of a hundred times, in this order; the rest is answered well. */
const chances: readonly (readonly [kind: 'broken' | 'busy' | 'reset' | 'wrong shape', number])[] = [
  ['broken', 6],
  ['busy', 1],
  ['reset', 3],
  ['wrong shape', 5],
];

/** A provider whose faults depend on the seed, the message and how often it was asked alone. */
export async function startFaultyProvider(seed: number) {
  const served = new Map<string, Served>();
  let requests = 0;

  async function answer(body: string, response: ServerResponse): Promise<void> {
    requests += 1;
    const { messages } = JSON.parse(body) as { messages: readonly { content: string }[] };
    const message = messages[0]?.content ?? '';
    const seen = served.get(message) ?? { good: 0, wrongShape: 0, faults: 0 };
    served.set(message, seen);
    const nth = seen.good + seen.wrongShape + seen.faults;
    const drawn = kindOf(seededFor(seed, `${message} ${nth}`) * 100);
    // The same mistake again would be one that no repair mends, and the line's own failure.
    const kind = drawn === 'wrong shape' && seen.wrongShape > 0 ? 'good' : drawn;
    if (kind === 'good') seen.good += 1;
    else if (kind === 'wrong shape') seen.wrongShape += 1;
    else seen.faults += 1;
    await sleep(20 + 40 * seededFor(seed, `latency of ${message} ${nth}`));
    if (kind === 'reset') return void response.socket?.resetAndDestroy();
    const status = { broken: 500, busy: 503 }[kind as string] ?? 200;
    response.writeHead(status, { 'content-type': 'application/json' });
    if (status !== 200)
      return void response.end('{"error":{"message":"no","type":"server_error"}}');
    const content = kind === 'good' ? JSON.stringify({ length: message.length }) : '{"size":1}';
    const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }];
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    response.end(JSON.stringify({ id: 'c', object: 'chat.completion', choices, usage }));
  }

  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text) => {
      body += text;
    });
    request.on('end', () => void answer(body, response));
    response.on('error', () => {});
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests: () => requests,
    served: served as ReadonlyMap<string, Served>,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function kindOf(percent: number): (typeof chances)[number][0] | 'good' {
  let upTo = 0;
  for (const [kind, chance] of chances) {
    upTo += chance;
    if (percent < upTo) return kind;
  }
  return 'good';
}
