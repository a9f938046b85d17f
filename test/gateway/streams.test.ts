import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, describe, test } from 'node:test';
import OpenAI from 'openai';
import { completion, literally, literalServer, type Reply } from '../calls/literal-server.ts';
import { until } from '../support/until.ts';
import { gatewayWorld } from './gateway-world.ts';

const provider = await literalServer();
const world = await gatewayWorld(provider.baseUrl, ({ store, watch }) => ({
  // What a workflow would record later.
  goOn: async ({ id }) => {
    const used = { attempts: 2, possiblyBilled: 1 };
    const head = { status: 200, headers: { 'content-type': 'text/event-stream' } };
    await store.answered(id, head, Buffer.from(`${delta('whole')}${finish}data: [DONE]\n\n`), used);
    watch.tell(id);
  },
}));
after(async () => {
  await world.close();
  await provider.close();
});

const openai = new OpenAI({ baseURL: `${world.url}/v1`, apiKey: 'any' });
let seed = 0;
const asked = () => {
  seed += 1;
  return {
    ...{ model: 'openai:gpt-4o', stream: true as const, seed },
    messages: [{ role: 'user' as const, content: 'Hello' }],
  };
};
const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const chunk = (choice: object) =>
  event({ id: 'c1', object: 'chat.completion.chunk', choices: [{ index: 0, ...choice }] });
const delta = (content: string) => chunk({ delta: { content } });
const role = chunk({ delta: { role: 'assistant', content: '' } });
const finish = chunk({ delta: {}, finish_reason: 'stop' });

/** Writes the parts, then ends, cuts the connection, or says nothing more. */
function streams(parts: readonly string[], end: 'end' | 'cut' | 'hang' = 'end'): Reply {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const part of parts) response.write(part);
    if (end === 'end') response.end();
    if (end === 'cut') response.write('', () => setTimeout(() => response.destroy(), 20));
  };
}

async function textOf(stream: AsyncIterable<OpenAI.ChatCompletionChunk>): Promise<string> {
  let text = '';
  for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
  return text;
}

describe('a stream through the gateway', () => {
  test("comes whole, byte for byte; the client's own parser reads it", async () => {
    const bytes = [role, delta('Hel'), delta('lo'), finish, 'data: [DONE]\n\n'];
    provider.answer(streams(bytes));
    const answer = await fetch(`${world.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(asked()),
    });
    assert.equal(answer.headers.get('content-type'), 'text/event-stream');
    assert.equal(await answer.text(), bytes.join(''));
    assert.equal(await textOf(await openai.chat.completions.create(asked())), 'Hello');
  });

  test('a usage that the gateway asked for is not in it; one that the client asked for is', async () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
    // Of Azure's first chunk, which has no choices either, and of each chunk in between.
    const filtered = event({ choices: [], prompt_filter_results: [] });
    const part = event({ choices: [{ index: 0, delta: { content: 'Grüße ☃' } }], usage: null });
    const last = event({ id: 'c1', choices: [], usage }).replace('[]', '[ ]\t');
    const before = Buffer.from(`: begins\n\n${filtered}${role}${part}${finish}`);
    const ends = ['data: [DONE]\n\n', last, last.replace(/\n/g, '\r\n')].map((t) => Buffer.from(t));
    const [done = before, chunk = before, crlf = before] = ends;
    const model = 'openai-usage:gpt-4o';
    const read = async (sent: readonly Uint8Array[], bytesAtOnce: number, more: object = {}) => {
      const all = Buffer.concat(sent);
      provider.answer((_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const write = (from: number) => {
          if (from >= all.length) return response.end();
          response.write(all.subarray(from, from + bytesAtOnce), () =>
            setImmediate(write, from + bytesAtOnce),
          );
        };
        write(0);
      });
      const body = JSON.stringify({ ...asked(), model, ...more });
      const answer = await fetch(`${world.url}/v1/chat/completions`, { method: 'POST', body });
      const received = Buffer.from(await answer.arrayBuffer());
      return {
        received: received.toString(),
        sent: all.toString(),
        id: answer.headers.get('x-request-id') ?? '',
      };
    };
    const expected = Buffer.concat([before, done]).toString();
    for (const bytesAtOnce of [1, 7, 10_000]) {
      const { received, id } = await read([before, chunk, done], bytesAtOnce);
      assert.equal(received, expected);
      const row = await world.store.read(id);
      assert.deepEqual(row?.answer?.usage, { inputTokens: 3, outputTokens: 2 });
      assert.equal(Buffer.from(row?.answer_body ?? []).toString(), expected);
    }
    assert.equal((await read([before, crlf, done], 9)).received, expected);
    // Without the blank line that would end it, at the very end.
    const cut = chunk.subarray(0, -1);
    assert.equal((await read([before, done, cut], 9)).received, expected);
    const own = { stream_options: { include_usage: true } };
    const whole = await read([before, chunk, done], 7, own);
    assert.equal(whole.received, whole.sent);
    const plain = await read([before, chunk, done], 7, { model: 'openai:gpt-4o' });
    assert.equal(plain.received, plain.sent);

    provider.answer(streams([role, delta('Hello'), finish, last, 'data: [DONE]\n\n']));
    // As applications are written that know of no chunk without choices.
    let text = '';
    const chunks = await openai.chat.completions.create({ ...asked(), model });
    for await (const { choices } of chunks)
      text += (choices[0] as { delta: { content?: string } }).delta.content ?? '';
    assert.equal(text, 'Hello');
    assert.equal(JSON.parse(provider.seen[0]?.body ?? '').stream_options.include_usage, true);
  });

  test('tokens arrive as they come: the first while the provider still writes', async () => {
    let goOn = () => {};
    provider.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`${role}${delta('first')}`);
      goOn = () => response.end(`${delta(' last')}${finish}data: [DONE]\n\n`);
    });
    const stream = await openai.chat.completions.create(asked());
    let text = '';
    for await (const { choices } of stream) {
      text += choices[0]?.delta.content ?? '';
      if (text === 'first') goOn();
    }
    assert.equal(text, 'first last');
  });

  test('a refusal before any content is a status, not an event', async () => {
    provider.answer(literally(404, { error: { message: 'no', code: 'model_not_found' } }));
    await assert.rejects(openai.chat.completions.create(asked()), { status: 404 });
    assert.equal(provider.seen.length, 1);
  });

  for (const end of ['end', 'cut'] as const) {
    test(`that breaks before its first content (${end}) goes on unseen: the client gets a whole one`, async () => {
      provider.answer(streams([role], end));
      assert.equal(await textOf(await openai.chat.completions.create(asked())), 'whole');
      assert.equal(provider.seen.length, 1);
    });

    test(`that breaks after its first content (${end}) ends with an error, never with [DONE]`, async () => {
      provider.answer(streams([role, delta('half')], end));
      const stream = await openai.chat.completions.create(asked());
      let text = '';
      await assert.rejects(
        async () => {
          for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
        },
        { name: 'Error', code: end === 'cut' ? 'ConnectionFailed' : 'MalformedResponse' },
      );
      assert.equal(text, 'half');
    });
  }

  test('that breaks within an event: the client gets what came before it, and the error', async () => {
    provider.answer(streams([role, delta('half'), delta('lost').slice(0, -9)], 'cut'));
    const stream = await openai.chat.completions.create(asked());
    let text = '';
    await assert.rejects(
      async () => {
        for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
      },
      { name: 'Error', code: 'ConnectionFailed' },
    );
    assert.equal(text, 'half');
    // The gate hears an answer: after one more failure in a row it would hold the next calls.
    provider.answer(streams([role, delta('Hi'), finish, 'data: [DONE]\n\n']));
    assert.equal(await textOf(await openai.chat.completions.create(asked())), 'Hi');
  });

  test('broken after content, under a key: the repeat gets the whole answer, as a stream', async () => {
    provider.answer(streams([role, delta('half')], 'cut'));
    const body = asked();
    const options = { headers: { 'idempotency-key': 'broken-1' } };
    const stream = await openai.chat.completions.create(body, options);
    await assert.rejects(textOf(stream));
    assert.equal(await textOf(await openai.chat.completions.create(body, options)), 'whole');
    assert.equal(provider.seen.length, 1);
  });

  test('broken after content, without a key: the application asks again, and claims it once', async () => {
    provider.answer(streams([role, delta('half')], 'cut'));
    const body = asked();
    await assert.rejects(textOf(await openai.chat.completions.create(body)));
    provider.answer(streams([role, delta('another'), finish, 'data: [DONE]\n\n']));
    assert.equal(await textOf(await openai.chat.completions.create(body)), 'whole');
    assert.equal(await textOf(await openai.chat.completions.create(body)), 'another');
    assert.equal(provider.seen.length, 1);
  });

  test('a client that leaves after the first content ends the request to the provider', async () => {
    provider.answer(streams([role, delta('half')], 'hang'));
    const stream = await openai.chat.completions.create(asked());
    for await (const { choices } of stream) if (choices[0]?.delta.content) break;
    await provider.closed[0];
  });
});

describe('a client that tries again by itself', () => {
  test('takes the record of its lost request: two connections, one request, one answer', async () => {
    let answerNow = () => {};
    provider.answer((request, response, body) => {
      answerNow = () => literally(200, completion('once'))(request, response, body);
    });
    const body = JSON.stringify({ ...asked(), stream: false });
    const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n`;
    const socket = connect(world.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(head + body);
    await until(async () => provider.seen[0]);
    const seedOfIt = `"seed":${seed}`;
    socket.destroy();
    await until(async () => (await world.isAbandoned(seedOfIt)) || undefined);
    const again = fetch(`${world.url}/v1/chat/completions`, {
      ...{ method: 'POST', body },
      headers: { 'x-stainless-retry-count': '1' },
    });
    // It waits now, or will find the record when it comes: both are one request.
    await until(async () => !(await world.isAbandoned(seedOfIt)) || undefined);
    answerNow();
    assert.equal(await (await again).text(), JSON.stringify(completion('once')));
    assert.equal(provider.seen.length, 1);
  });
});
