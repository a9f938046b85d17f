import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { completion } from './completion.ts';
import { type ProviderStats, parentPort, tellParent } from './parent.ts';
import type { Storm } from './storm.ts';

const storm: Storm = JSON.parse(process.argv[2] ?? '');
const arrivalsMs: number[] = [];
const answersMs: number[] = [];
let refusedWhileDown = 0;
let rejected = 0;
let startedMs = Number.NaN;

// The bucket. A rejected request empties it too: asking again at once only makes it worse.
const size = Math.max(1, storm.requestsPerSecond * storm.burstSeconds);
let level = size;
let filledMs = 0;

function isAdmitted(nowMs: number): boolean {
  level = Math.min(size, level + ((nowMs - filledMs) * storm.requestsPerSecond) / 1000);
  filledMs = nowMs;
  const has = level >= 1;
  level = Math.max(0, level - 1);
  return has;
}

async function answer(response: ServerResponse): Promise<void> {
  const nowMs = performance.now() - startedMs;
  arrivalsMs.push(nowMs);
  if (nowMs < storm.downMs) {
    refusedWhileDown += 1;
    return send(response, 503, failure('server_error', 'The server is overloaded'));
  }
  if (!isAdmitted(nowMs)) {
    rejected += 1;
    const { retryAfterSeconds } = storm;
    if (retryAfterSeconds > 0) response.setHeader('retry-after', retryAfterSeconds);
    return send(response, 429, failure('rate_limit_exceeded', 'Rate limit reached'));
  }
  const [shortestMs, longestMs] = storm.latencyMs;
  await sleep(shortestMs + (longestMs - shortestMs) * Math.random());
  answersMs.push(performance.now() - startedMs);
  send(response, 200, completion);
}

function failure(code: string, message: string) {
  return { error: { message, type: code, param: null, code } };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => void answer(response));
});
// Longer than any pause between two requests: a client never meets a connection about to close.
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', 4096, () => {
  const { port } = server.address() as AddressInfo;
  tellParent({ kind: 'ready', baseUrl: `http://127.0.0.1:${port}/v1` });
});

parentPort((message) => {
  if (message.kind === 'go') startedMs = performance.now();
  if (message.kind === 'report') {
    const stats: ProviderStats = { arrivalsMs, answersMs, refusedWhileDown, rejected };
    tellParent({ kind: 'stats', stats });
  }
});
