import assert from 'node:assert/strict';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { after, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { completion, literally, literalServer } from '../calls/literal-server.ts';
import { until } from '../support/until.ts';
import { gatewayWorld } from './gateway-world.ts';
import { createIdleStreams } from './idle-streams.ts';

const provider = await literalServer();
const world = await gatewayWorld(provider.baseUrl);
after(async () => {
  await world.close();
  await provider.close();
});

const head = 'POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n';
let seed = 0;
const bodyOf = (more: object = {}) => {
  seed += 1;
  return JSON.stringify({ model: 'openai:gpt-4o', seed, messages: [], ...more });
};
const event = (choice: object) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`;

/** A socket, and all that came on it until it was closed. */
function open(): { readonly socket: Socket; readonly closed: Promise<string> } {
  const socket = connect(world.port, '127.0.0.1');
  socket.on('error', () => {});
  let text = '';
  socket.on('data', (part) => {
    text += part.toString('latin1');
  });
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
  return { socket, closed };
}

/** Writes a little at a time until it is refused. */
async function drip(socket: Socket, text: string): Promise<void> {
  while (!socket.destroyed && !socket.writableEnded && !socket.readableEnded) {
    socket.write(text);
    await sleep(20);
  }
}

async function isServed(): Promise<void> {
  const answer = await fetch(`${world.url}/v1/chat/completions`, {
    method: 'POST',
    body: bodyOf(),
  });
  assert.equal(answer.status, 200, await answer.text());
}

describe('who sends too slowly holds nothing for long', { concurrency: true }, () => {
  const slow: readonly (readonly [what: string, first: string, more: string])[] = [
    ['a head without end', head, 'x-a: b\r\n'],
    ['a body of a byte now and then', `${head}content-length: 100000\r\n\r\n{`, ' '],
    ['chunks of a byte now and then', `${head}transfer-encoding: chunked\r\n\r\n`, '1\r\n \r\n'],
    ['nothing at all', '', ''],
  ];
  for (const [what, first, more] of slow) {
    test(`${what} is 408, or cut`, async () => {
      const { socket, closed } = open();
      socket.write(first);
      void drip(socket, more);
      assert.match(await closed, /^(HTTP\/1\.1 408 |HTTP\/1\.1 400 |$)/);
      assert.equal(provider.seen.length, 0);
    });
  }
});

describe('a hostile client leaves others served', () => {
  beforeEach(() => provider.answer(literally(200, completion('hi'))));

  test('a head that is too large is 431', async () => {
    const { socket, closed } = open();
    socket.write(`${head}${`x-a: ${'b'.repeat(1000)}\r\n`.repeat(64)}\r\n`);
    assert.match(await closed, /^HTTP\/1\.1 431 /);
    await isServed();
  });

  test('a socket that is half closed after its request ends', async () => {
    const { socket, closed } = open();
    const body = bodyOf();
    socket.end(`${head}content-length: ${body.length}\r\n\r\n${body}`);
    assert.match(await closed, /^(HTTP\/1\.1 200 |$)/);
    await isServed();
  });

  test('half a body, and the client is gone: nothing is sent', async () => {
    const { socket } = open();
    await new Promise<void>((resolve) =>
      socket.write(`${head}content-length: 100\r\n\r\n{"model"`, () => resolve()),
    );
    socket.destroy();
    await isServed();
    assert.equal(provider.seen.length, 1);
  });

  test('a length said in two ways is refused', async () => {
    const { socket, closed } = open();
    socket.write(`${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`);
    assert.match(await closed, /^HTTP\/1\.1 400 /);
  });

  test('a stream that is never read is not read from the provider either, and ends', async () => {
    let written = 0;
    let isOver = false;
    provider.answer((_, response) => {
      response.once('close', () => {
        isOver = true;
      });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const part = event({ delta: { content: 'x'.repeat(64_000) } });
      const write = () => {
        while (!isOver && written < 2_000_000_000) {
          written += part.length;
          if (!response.write(part)) return response.once('drain', write);
        }
      };
      write();
    });
    const { socket } = open();
    socket.pause();
    const body = bodyOf({ stream: true });
    socket.write(`${head}content-length: ${body.length}\r\n\r\n${body}`);
    await until(async () => isOver || undefined);
    // What the buffers of the system hold between the three, and little of our own.
    assert.ok(written < 40_000_000, `${written} bytes were read from the provider`);
    socket.destroy();
    provider.answer(literally(200, completion('hi')));
    await isServed();
  });

  // `npm run test:long-streams` has ten thousand.
  test('five hundred idle streams: each gets its end, others are served meanwhile', async () => {
    const streams = createIdleStreams(provider);
    await streams.open(world.url, () => bodyOf({ stream: true }), 500);
    provider.answer(literally(200, completion('meanwhile')));
    await isServed();
    assert.equal(await streams.end(), 500);
  });
});

describe('whatever is sent', () => {
  const names = ['model', 'stream', 'messages', 'max_tokens', 'background', 'stream_options'];
  const models = ['openai:gpt-4o', 'openai:', ':', 'nobody:x', 'anthropic:m', 'google:m'];
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom(...models), fc.boolean(), fc.integer());
  const fields = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...names), fc.string()), value));
  const json = fields.map((pairs) => {
    const text = pairs.map(([name, of]) => `${JSON.stringify(name)}:${JSON.stringify(of)}`);
    return Buffer.from(`{${text.join(',')}}`);
  });
  const cut = fc
    .tuple(json, fc.nat())
    .map(([bytes, at]) => bytes.subarray(0, at % (bytes.length + 1)));
  const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  const body = fc.oneof({ weight: 3, arbitrary: json }, cut, noise);
  const openai = ['chat/completions', 'responses', 'embeddings'].map((path) => `/v1/${path}`);
  const paths = ['/', '/v1', '/openai/', '/anthropic/v1/messages', '/google/v1beta/models/m:x'];
  const path = fc.oneof(
    fc.constantFrom(...openai, ...paths),
    fc.webPath().map((written) => `/v1${written}`),
    fc.webQueryParameters().map((query) => `/v1/chat/completions?${query}`),
  );
  const own = [
    'idempotency-key',
    'x-stainless-retry-count',
    'x-stainless-timeout',
    'authorization',
  ];
  const headers = fc.dictionary(
    fc.constantFrom(...own, 'content-type', 'accept', 'x-api-key', 'expect'),
    fc.stringMatching(/^[ -~]{0,40}$/),
    { maxKeys: 3 },
  );

  test('a wait beyond all numbers is a day', async () => {
    provider.answer(literally(200, completion('hi')));
    const headers = { 'x-stainless-timeout': '1e306' };
    const { status } = await sent('/v1/chat/completions', Buffer.from(bodyOf()), headers);
    assert.equal(status, 200);
  });

  test('the answer has a status, and an error one of our types; nothing hangs or ends', async () => {
    // An answer of each of the protocols.
    const others = { output: [], data: [], content: [], type: 'message', candidates: [] };
    provider.answer(literally(200, { ...completion('hi'), ...others }));
    await fc.assert(
      fc.asyncProperty(path, body, headers, async (url, bytes, more) => {
        const { status, text } = await sent(url, bytes, more);
        assert.ok(status >= 200 && status < 600, String(status));
        if (status < 400 || text === '') return;
        const { error } = JSON.parse(text);
        assert.equal(typeof error.message, 'string');
        assert.notEqual(error.code ?? error.type, undefined, text);
        assert.notEqual(status, 500, text);
      }),
      { seed: 20261127, numRuns: 120 },
    );
    await isServed();
  });
});

function sent(url: string, body: Buffer, headers: IncomingHttpHeaders) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const signal = AbortSignal.timeout(10_000);
    const options = { method: 'POST', port: world.port, host: '127.0.0.1', path: url, signal };
    const asked = httpRequest({ ...options, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    asked.on('error', reject).end(body);
  });
}
