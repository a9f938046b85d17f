// A provider as a process of its own: answers after so many milliseconds, streams for so many seconds,
// or holds a request at a point until it is told to go on. `/<how>/<amount>/v1/chat/completions`.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerTokens, type CallAtProvider, type Marker, markerIn } from './marker.ts';

const calls = new Map<string, CallAtProvider>();
const held = new Map<string, (() => Promise<void>)[]>();
let isCalm = false;

const usage = { prompt_tokens: 10, completion_tokens: answerTokens, total_tokens: 110 };
const common = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'm' };
const whole = JSON.stringify({
  ...common,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello!' }, finish_reason: 'stop' }],
  usage,
});
const chunk = (choice: object, more: object = {}) =>
  `data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', choices: [{ index: 0, ...choice }], ...more })}\n\n`;
const first = chunk({ delta: { role: 'assistant', content: 'Hello' } });
const next = chunk({ delta: { content: '!' } });
const last = `${chunk({ delta: {}, finish_reason: 'stop' }, { usage })}data: [DONE]\n\n`;

function answer(response: ServerResponse, isStream: boolean): void {
  if (!isStream) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(whole);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(first + last);
}

/** What it does to a call of the kills: refuses the first request, holds the one after, then answers. */
async function strike(marker: Marker, isStream: boolean, response: ServerResponse): Promise<void> {
  const call = calls.get(marker.id) ?? { requests: 0, tokens: 0, isAtPoint: false };
  calls.set(marker.id, call);
  if (marker.isRefused && !call.wasRefused) {
    call.wasRefused = true;
    response.writeHead(503, { 'content-type': 'application/json' }).end('{"error":{}}');
    return;
  }
  call.requests += 1;
  if (isCalm || call.requests > 1 || marker.point === 'before sent') {
    call.tokens += answerTokens;
    return answer(response, isStream);
  }
  if (isStream) {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(first + next);
  }
  call.tokens += marker.point === 'mid-stream' ? answerTokens / 2 : answerTokens;
  const waiting = held.get(marker.point) ?? [];
  held.set(marker.point, waiting);
  waiting.push(async () => {
    if (response.destroyed) return;
    if (!isStream) return answer(response, isStream);
    call.tokens += answerTokens / 2;
    response.end(last);
  });
  call.isAtPoint = true;
}

async function go(point: string): Promise<void> {
  for (const goOn of held.get(point)?.splice(0) ?? []) await goOn();
}

async function control(what: string, response: ServerResponse): Promise<void> {
  if (what === 'reset') {
    calls.clear();
    held.clear();
    isCalm = false;
  }
  if (what === 'calm') {
    isCalm = true;
    for (const point of held.keys()) await go(point);
  }
  if (what === 'record') await go('before recorded');
  response.end(JSON.stringify(Object.fromEntries(calls)));
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts).toString();
  const [, how, amount = ''] = (request.url ?? '').split('/');
  if (how === 'control') return control(amount, response);
  const isStream = /"stream": ?true/.test(body);
  if (how === 'after') {
    await sleep(Number(amount));
    return answer(response, isStream);
  }
  if (how === 'strike') return strike(markerIn(body), isStream, response);
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write(first);
  for (let second = 0; second < Number(amount); second += 1) {
    await sleep(1000);
    response.write(next);
  }
  response.end(last);
}

const server = createServer((request, response) => {
  response.on('error', () => {});
  handle(request, response).catch(() => response.destroy());
});
server.listen(0, '127.0.0.1', () =>
  console.log(`serves ${(server.address() as AddressInfo).port}`),
);
