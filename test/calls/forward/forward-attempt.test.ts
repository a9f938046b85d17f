import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { pino } from 'pino';
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import {
  createForwardAttempt,
  type ForwardContext,
  ForwardError,
} from '../../../src/calls/forward/forward-attempt.ts';
import { billingOf } from '../../../src/policies/billing.ts';
import type { ForwardedRequest } from '../../../src/wire/forwarded.ts';
import { completion, literally, literalServer, type Reply } from '../literal-server.ts';

const server = await literalServer();
after(() => server.close());

const attempt = createForwardAttempt({
  resolve: (name) => ({
    name,
    family: name === 'anthropic' ? 'anthropic' : name === 'google' ? 'google' : 'openai',
    baseUrl: server.baseUrl,
    apiKey: 'the-key',
    headers: { 'x-extra': 'yes' },
  }),
  log: pino({ level: 'silent' }),
});

const chat: ForwardedRequest = {
  provider: 'openai',
  model: 'openai:gpt-4o',
  api: 'chat',
  method: 'POST',
  path: '/chat/completions',
  headers: { 'content-type': 'application/json', 'openai-beta': 'x' },
  isStream: false,
};
const responses = { ...chat, api: 'responses', path: '/responses' } as const;
const messages = { ...chat, provider: 'anthropic', api: 'messages', path: '/v1/messages' } as const;
const google = {
  ...chat,
  provider: 'google',
  api: 'generateContent',
  path: '/v1/models/gemini:generateContent?alt=sse',
} as const;

function send(request: ForwardedRequest = chat, change: Partial<ForwardContext> = {}) {
  return attempt(request, Buffer.from('{"seed":9223372036854775807}'), {
    signal: new AbortController().signal,
    requestTimeoutMs: 5000,
    headers: { 'x-client-request-id': 'r/1' },
    onSent: () => {},
    ...change,
  });
}

async function failureOf(sending: Promise<unknown>): Promise<ForwardError> {
  const error = await sending.then(
    () => assert.fail('it answered'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ForwardError, String(error));
  return error;
}

/** A stream of these parts, each in a write of its own; then the connection ends, or is cut. */
function streams(parts: readonly string[], end: 'ended' | 'cut' = 'ended'): Reply {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const part of parts) response.write(part);
    if (end === 'ended') response.end();
    else response.write('', () => setTimeout(() => response.destroy(), 20));
  };
}
const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const delta = (content: string) => event({ choices: [{ index: 0, delta: { content } }] });
const finish = event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });

describe('a whole answer', () => {
  test('the bytes go out and come back as they are, with our key and the provider‘s headers', async () => {
    server.answer(
      literally(200, completion('hi'), { 'x-ratelimit-remaining-tokens': '7', server: 'secret' }),
    );
    const answer = await send();
    assert.equal(Buffer.from(answer.body).toString(), JSON.stringify(completion('hi')));
    assert.deepEqual(answer.usage, { inputTokens: 11, outputTokens: 7 });
    assert.deepEqual(answer.headers, {
      'content-type': 'application/json',
      'x-ratelimit-remaining-tokens': '7',
    });
    const [seen] = server.seen;
    assert.equal(seen?.url, '/v1/chat/completions');
    assert.equal(seen?.body, '{"seed":9223372036854775807}');
    const { authorization, 'x-extra': extra, 'openai-beta': beta } = seen?.headers ?? {};
    assert.deepEqual([authorization, extra, beta], ['Bearer the-key', 'yes', 'x']);
  });

  const others = [
    ['responses', responses, { output: [], usage: { input_tokens: 3, output_tokens: 4 } }, [3, 4]],
    [
      'messages',
      messages,
      {
        type: 'message',
        content: [],
        usage: { input_tokens: 3, cache_read_input_tokens: 10, output_tokens: 4 },
      },
      [13, 4],
    ],
    [
      'generateContent',
      google,
      {
        candidates: [],
        usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4, thoughtsTokenCount: 5 },
      },
      [3, 9],
    ],
  ] as const;
  for (const [name, request, body, [inputTokens, outputTokens]] of others) {
    test(`of ${name} is read for its usage; the version in the path is not doubled`, async () => {
      server.answer(literally(200, body));
      assert.deepEqual((await send(request)).usage, { inputTokens, outputTokens });
      assert.equal(server.seen[0]?.url, request.path.replace(/^(?!\/v1)/, '/v1'));
      const {
        authorization,
        'x-api-key': anthropic,
        'x-goog-api-key': googles,
      } = server.seen[0]?.headers ?? {};
      assert.deepEqual([authorization, anthropic, googles].filter(Boolean), [
        name === 'responses' ? 'Bearer the-key' : 'the-key',
      ]);
    });
  }

  const none = [
    ['an error inside a 200', literally(200, { error: { code: 'server_error' } }), 'ServerError'],
    ['no envelope', literally(200, { hello: 1 }), 'MalformedResponse'],
    ['half a body', literally(200, '{"choices":[{'), 'MalformedResponse'],
    ['a wrong key', literally(401, { error: { code: 'invalid_api_key' } }), 'InvalidCredentials'],
    ['a redirect', literally(302, '', { location: '/elsewhere' }), 'InvalidRequest'],
  ] as const;
  for (const [name, reply, type] of none) {
    test(`${name} is ${type}, at one request`, async () => {
      server.answer(reply);
      const { fields, hadContent } = await failureOf(send());
      assert.deepEqual([fields.type, fields.sent, hadContent], [type, true, false]);
      assert.equal(server.seen.length, 1);
    });
  }

  test('the provider‘s own error answer is kept, byte for byte', async () => {
    const body = '{"error": {"message":"no such model",  "code":"model_not_found"}}';
    server.answer(literally(404, body));
    const { fields, answer } = await failureOf(send());
    assert.equal(fields.type, 'ModelNotFound');
    assert.equal(answer?.head.status, 404);
    assert.equal(Buffer.from(answer?.body ?? []).toString(), body);
  });
});

describe('a stream', () => {
  test('comes byte for byte, cut within events; content, end and usage are known', async () => {
    const usage = event({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 2 } });
    const text = `${event({ choices: [{ delta: { role: 'assistant', content: '' } }] })}${delta('ä')}${finish}${usage}data: [DONE]\n\n`;
    const parts = [...Buffer.from(text)].map((byte) => Buffer.from([byte]));
    server.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const part of parts) response.write(part);
      response.end();
    });
    const came: Uint8Array[] = [];
    let before = 0;
    const answer = await send(chat, {
      onBytes: (bytes, soFar) => {
        came.push(bytes);
        if (!soFar.hasContent) before = Buffer.concat(came).length;
      },
    });
    assert.equal(Buffer.concat(came).toString(), text);
    assert.equal(Buffer.from(answer.body).toString(), text);
    assert.ok(before < text.indexOf('"stop"'));
    assert.deepEqual(answer.usage, { inputTokens: 5, outputTokens: 2 });
  });

  const broken = [
    ['before its first content', [event({ choices: [{ delta: { role: 'assistant' } }] })], false],
    ['after its first content', [delta('half')], true],
  ] as const;
  for (const [when, parts, hadContent] of broken) {
    for (const end of ['ended', 'cut'] as const) {
      test(`${end} ${when} is no answer, and says whether a client saw content`, async () => {
        server.answer(streams(parts, end));
        const error = await failureOf(send());
        assert.deepEqual(
          [error.fields.type, error.hadContent],
          [end === 'cut' ? 'ConnectionFailed' : 'MalformedResponse', hadContent],
        );
      });
    }
  }

  test('an error event decides by its code, and what was used is known', async () => {
    server.answer(
      streams([
        event({ type: 'message_start', message: { usage: { input_tokens: 9, output_tokens: 1 } } }),
        event({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
      ]),
    );
    const { fields, hadContent } = await failureOf(send(messages));
    assert.deepEqual(
      [fields.type, fields.usage, hadContent],
      ['Overloaded', { inputTokens: 9, outputTokens: 1 }, false],
    );
  });

  test('of responses names what it can be asked for again by, and from where', async () => {
    server.answer(
      streams(
        [
          event({ type: 'response.created', sequence_number: 0, response: { id: 'resp_1' } }),
          event({ type: 'response.output_text.delta', sequence_number: 4, delta: 'a' }),
        ],
        'cut',
      ),
    );
    const { resume, fields } = await failureOf(send({ ...responses, isReattachable: true }));
    assert.deepEqual(resume, { responseId: 'resp_1', sequenceNumber: 4 });
    assert.equal(billingOf(fields), 'not billed');
    // One that the provider does not go on with is asked for anew.
    const plain = await failureOf(send(responses));
    assert.equal(plain.resume, undefined);
    assert.equal(billingOf(plain.fields), 'possibly billed');
  });

  test('that goes on after its end, and is cut there, is whole', async () => {
    server.answer(streams([delta('all'), finish], 'cut'));
    assert.match(Buffer.from((await send()).body).toString(), /all/);
  });

  test('may be silent for longer than Node lets one be: how long is for its policy to say', async () => {
    const usual = getGlobalDispatcher();
    setGlobalDispatcher(new Agent({ headersTimeout: 100, bodyTimeout: 100 }));
    try {
      server.answer((_, response) => {
        setTimeout(() => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.write(delta('slow'));
          setTimeout(() => response.end(finish), 1500);
        }, 1500);
      });
      assert.match(Buffer.from((await send()).body).toString(), /slow/);
    } finally {
      setGlobalDispatcher(usual);
    }
  });

  test('an abort ends the request with its own reason', async () => {
    const abort = new AbortController();
    server.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(delta('first'));
    });
    const sending = send(chat, {
      signal: abort.signal,
      onBytes: () => abort.abort(new Error('gone')),
    });
    await assert.rejects(sending, /gone/);
    await server.closed[0];
  });
});
