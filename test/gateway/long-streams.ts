import { createHash } from 'node:crypto';
import OpenAI from 'openai';
import type { Reply } from '../calls/literal-server.ts';

const event = (choice: object) =>
  `data: ${JSON.stringify({ id: 'c-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o', choices: [{ index: 0, ...choice }] })}\n\n`;
const finish = `${event({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`;

/** The stream that the slow provider sends, in so many pieces. */
function pieces(count: number): string[] {
  return [
    ...Array.from({ length: count }, (_, at) => event({ delta: { content: `${at} ` } })),
    finish,
  ];
}

/**
 * A provider that takes its time, as the model's name says: `quiet-<ms>` says nothing, not even a
 * header, and then all; `steady-<pieces>-<ms>` sends a piece every so often.
 */
export const slowProvider: Reply = (_, response, body) => {
  const [, kind = '', first = '', second = ''] = /"(quiet|steady)-(\d+)-?(\d*)"/.exec(body) ?? [];
  const send = (left: readonly string[], everyMs: number) => {
    if (response.destroyed) return;
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(left[0] ?? '');
    if (left.length === 1) response.end();
    else setTimeout(send, everyMs, left.slice(1), everyMs);
  };
  if (kind === 'quiet') setTimeout(send, Number(first), pieces(3), 0);
  else send(pieces(Number(first)), Number(second));
};

const messages = [{ role: 'user' as const, content: 'Take your time.' }];

/** Reads a stream with the OpenAI SDK, as it is without any option. */
export async function readWithSdk(url: string, model: string): Promise<string> {
  const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any' });
  let text = '';
  const stream = await openai.chat.completions.create({ model, messages, stream: true });
  for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
  return text;
}

/** What came through Node's `fetch`, beside what the provider sent. */
export interface ReadWithFetch {
  /** Comments that kept the connection alive. */
  readonly comments: number;
  /** SHA-256 of all but the comments. */
  readonly received: string;
  readonly sent: string;
}

/** Reads a stream of so many pieces with Node's `fetch`. */
export async function readWithFetch(
  url: string,
  model: string,
  count: number,
): Promise<ReadWithFetch> {
  const body = JSON.stringify({ model, messages, stream: true });
  const text = await (await fetch(`${url}/v1/chat/completions`, { method: 'POST', body })).text();
  const parts = text.split(': waiting\n\n');
  return {
    comments: parts.length - 1,
    received: hashOf(parts.join('')),
    sent: hashOf(pieces(count).join('')),
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
