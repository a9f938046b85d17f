import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import { catalogue } from '../../src/policies/catalogue.ts';
import { freePort } from '../../src/servers/free-port.ts';
import { callerTo, failureOf } from './caller.ts';
import { completion, literally, literalServer } from './literal-server.ts';

const server = await literalServer();
after(() => server.close());
const { call, sent } = callerTo(server.baseUrl);

describe('an answer', () => {
  test('comes with text, finish reason, usage and the provider request id', async () => {
    server.answer(literally(200, completion('{"a":1}'), { 'x-request-id': 'req_abc-1' }));
    assert.deepEqual(await call(), {
      text: '{"a":1}',
      finishReason: 'stop',
      usage: { inputTokens: 11, outputTokens: 7 },
      providerRequestId: 'req_abc-1',
    });
  });

  test('cut by the token limit is an answer that says so', async () => {
    server.answer(literally(200, completion('{"amount": 12', { finish_reason: 'length' })));
    const answer = await call();
    assert.deepEqual([answer.text, answer.finishReason], ['{"amount": 12', 'length']);
  });

  test('without usage counts 0 tokens, and an odd request id is not taken over', async () => {
    const { usage: _, ...bare } = completion('hi');
    server.answer(literally(200, bare, { 'x-request-id': 'not an id: <script>' }));
    assert.deepEqual(await call(), {
      text: 'hi',
      finishReason: 'stop',
      usage: { inputTokens: 0, outputTokens: 0 },
    });
  });

  test('whose tokens are no counts has none of them: nothing is computed with such', async () => {
    const usage = { prompt_tokens: 1.5, completion_tokens: -7, total_tokens: -5.5 };
    server.answer(literally(200, { ...completion('hi'), usage }));
    assert.deepEqual((await call()).usage, { inputTokens: 0, outputTokens: 0 });
  });

  test('that is broken JSON under a schema comes back as it is, for the workflow to judge', async () => {
    server.answer(literally(200, completion('{"a": oops')));
    assert.equal((await call({ schema: { type: 'object' } })).text, '{"a": oops');
  });

  test('with a tool call that nobody offered makes no second request', async () => {
    const toolCall = { id: 'call_1', type: 'function', function: { name: 'x', arguments: '{}' } };
    const choice = { finish_reason: 'tool_calls' };
    server.answer(literally(200, completion('', choice, { tool_calls: [toolCall] })));
    const { type, reason } = await failureOf(call());
    assert.deepEqual([type, reason], ['MalformedResponse', 'a tool call that nobody offered']);
    assert.equal(server.seen.length, 1);
  });
});

describe('the request', () => {
  const body = () => JSON.parse(server.seen[0]?.body ?? '');

  test('carries the ids of attempt and call, the key, and the messages', async () => {
    server.answer(literally(200, completion('hi')));
    const messages = [
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'hello' },
      { role: 'assistant', content: 'yes?' },
      { role: 'user', content: 'bye' },
    ] as const;
    await call({ messages }, { attempt: 3 });
    const [seen] = server.seen;
    assert.equal(seen?.url, '/v1/chat/completions');
    assert.equal(seen?.headers['x-client-request-id'], 'order-1042/extract/attempt-3');
    assert.equal(seen?.headers['idempotency-key'], 'test/order-1042/extract:5ccbc4497d68c1ca');
    assert.equal(seen?.headers.authorization, 'Bearer sk-test');
    assert.deepEqual(body(), { model: 'gpt-4o-mini', max_completion_tokens: 100, messages });
  });

  const closed = {
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 9 },
      n: { type: 'integer', minimum: 1 },
    },
    required: ['name', 'n'],
    additionalProperties: false,
  } as const;

  test('asks OpenAI for a closed schema in strict mode, without what that mode may refuse', async () => {
    server.answer(literally(200, completion('{}')));
    await call({ schema: closed });
    assert.deepEqual(body().response_format, {
      type: 'json_schema',
      json_schema: {
        name: 'answer',
        strict: true,
        schema: {
          type: 'object',
          properties: { name: { type: 'string' }, n: { type: 'integer', minimum: 1 } },
          required: ['name', 'n'],
          additionalProperties: false,
        },
      },
    });
  });

  test('asks OpenAI for a schema with an optional property as it is, without strict mode', async () => {
    server.answer(literally(200, completion('{}')));
    const schema = { ...closed, required: ['name'] };
    await call({ schema });
    assert.deepEqual(body().response_format.json_schema, { name: 'answer', strict: false, schema });
  });

  test('of an Azure-style endpoint carries api-version and api-key, and no Authorization', async () => {
    const azure = callerTo(`http://127.0.0.1:${server.port}/openai/deployments/mini`, {
      name: 'azure',
      family: 'openai-compatible',
      apiKey: undefined,
      headers: { 'api-key': 'azure-key' },
      queryParameters: { 'api-version': '2024-10-21' },
    });
    server.answer(literally(200, completion('{}')));
    await azure.call({ model: 'azure:gpt-4o-mini', schema: closed });
    const [seen] = server.seen;
    assert.equal(seen?.url, '/openai/deployments/mini/chat/completions?api-version=2024-10-21');
    assert.equal(seen?.headers['api-key'], 'azure-key');
    assert.equal(seen?.headers.authorization, undefined);
    assert.deepEqual(body().response_format.json_schema, {
      name: 'answer',
      strict: false,
      schema: closed,
    });
  });

  test('to Ollama needs no key, and its model ids keep their colon', async () => {
    const ollama = callerTo(server.baseUrl, {
      name: 'ollama',
      family: 'openai-compatible',
      apiKey: undefined,
      keyRequired: false,
    });
    server.answer(literally(200, completion('hi')));
    await ollama.call({ model: 'ollama:llama3.2:3b' });
    assert.equal(body().model, 'llama3.2:3b');
    assert.equal(server.seen[0]?.headers.authorization, undefined);
  });
});

describe('what was never sent', () => {
  const notSent = async (caller: ReturnType<typeof callerTo>, model?: string) => {
    const fields = await failureOf(caller.call(model === undefined ? {} : { model }));
    assert.deepEqual(caller.sent, []);
    const { type, reason, sent } = fields;
    return [type, reason, sent];
  };

  test('a name that DNS does not know', async () => {
    const [type, reason, sent] = await notSent(callerTo('http://holdfast.invalid/v1'));
    assert.deepEqual([type, sent], ['ConnectionFailed', false]);
    assert.match(String(reason), /^(ENOTFOUND|EAI_AGAIN)$/);
  });
  test('a port where nobody listens', async () => {
    const caller = callerTo(`http://127.0.0.1:${await freePort()}/v1`);
    assert.deepEqual(await notSent(caller), ['ConnectionFailed', 'ECONNREFUSED', false]);
  });
  test('TLS against a plain port', async () => {
    const caller = callerTo(`https://127.0.0.1:${server.port}/v1`);
    assert.deepEqual(await notSent(caller), [
      'ConnectionFailed',
      'ERR_SSL_WRONG_VERSION_NUMBER',
      false,
    ]);
  });
  test('TLS handshake without end: a connection that failed, not a timeout that may be billed', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as { port: number };
    const caller = callerTo(`https://127.0.0.1:${port}/v1`);
    const policy = { ...catalogue.model, requestTimeoutMs: 200 };
    const { type, reason, sent } = await failureOf(caller.call({ policy }));
    for (const socket of sockets) socket.destroy();
    silent.close();
    assert.deepEqual(
      [type, reason, sent, caller.sent],
      ['ConnectionFailed', 'no connection within the request timeout', false, []],
    );
  });
  test('no key', async () => {
    const caller = callerTo(server.baseUrl, { apiKey: undefined });
    const before = server.seen.length;
    process.env.OPENAI_API_KEY = 'sk-from-the-environment';
    try {
      assert.deepEqual(await notSent(caller), [
        'InvalidCredentials',
        'the API key is not set for this worker',
        false,
      ]);
    } finally {
      delete process.env.OPENAI_API_KEY;
    }
    assert.equal(server.seen.length, before);
  });
  test('a key with a line end, as files have it', async () => {
    const caller = callerTo(server.baseUrl, { apiKey: 'sk-secret\n' });
    assert.deepEqual(await notSent(caller), [
      'InvalidCredentials',
      'the API key holds blanks or line ends',
      false,
    ]);
  });
  test('an unknown provider, no provider, no model', async () => {
    for (const model of ['gpt-4o', 'openai:', ':x', '']) {
      assert.deepEqual(await notSent(callerTo(server.baseUrl), model), [
        'InvalidRequest',
        'the model must be <provider>:<model>, such as openai:gpt-4o-mini',
        false,
      ]);
    }
    // During a deploy another worker may know it: so it is tried again, and told meanwhile.
    assert.deepEqual(await notSent(callerTo(server.baseUrl), 'anthropic:claude'), [
      'ConnectionFailed',
      'this worker has no provider anthropic, only openai; name it in HOLDFAST_PROVIDERS and start the worker again',
      false,
    ]);
  });
  test('a schema that the AI SDK cannot send', async () => {
    const schema = { type: 'object', propertyNames: { type: 'number' } };
    const caller = callerTo(server.baseUrl);
    const { type, sent } = await failureOf(caller.call({ schema }));
    assert.deepEqual([type, sent, caller.sent], ['SchemaRejected', false, []]);
  });
  test('a call cancelled before it began', async () => {
    const before = server.seen.length;
    const signal = AbortSignal.abort(new Error('cancelled early'));
    await assert.rejects(call({}, { signal }), /^Error: cancelled early$/);
    assert.equal(server.seen.length, before);
  });
});

describe('the wire', () => {
  test('a cancellation reaches the server, and is no timeout', async () => {
    server.answer(() => {});
    const cancel = new AbortController();
    const calling = call({}, { signal: cancel.signal });
    while (server.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    cancel.abort(new Error('cancelled by a person'));
    await assert.rejects(calling, /^Error: cancelled by a person$/);
    await server.closed[0];
  });

  test('a timeout closes the connection', async () => {
    server.answer(() => {});
    await failureOf(call({ policy: { ...catalogue.model, requestTimeoutMs: 500 } }));
    await server.closed[0];
  });

  test('a redirect is not followed', async () => {
    server.answer((request, response) => {
      const isFirst = request.url === '/v1/chat/completions';
      response.writeHead(isFirst ? 307 : 200, { location: '/v1/trap' }).end();
    });
    await failureOf(call());
    assert.deepEqual(
      server.seen.map(({ url }) => url),
      ['/v1/chat/completions'],
    );
  });

  test('100 calls at once over kept connections: each knows whether it was sent', async () => {
    let nth = 0;
    server.answer((request, response) => {
      nth += 1;
      if (nth % 4 === 0) request.socket.destroy();
      else literally(200, completion('hi'))(request, response, '');
    });
    sent.length = 0;
    const dead = callerTo(`http://127.0.0.1:${await freePort()}/v1`);
    const calls = Array.from({ length: 100 }, (_, index) => {
      const workflowId = `order-${index}`;
      return (index % 5 === 0 ? dead : { call }).call({}, { workflowId });
    });
    const ends = await Promise.allSettled(calls);
    const flags = ends.map((end) => (end.status === 'fulfilled' ? true : end.reason.fields.sent));
    assert.equal(flags.filter((flag) => flag === false).length, 20);
    assert.equal(flags.filter((flag) => flag === true).length, 80);
    assert.equal(server.seen.length, 80);
    assert.deepEqual([sent.length, new Set(sent).size, dead.sent.length], [80, 80, 0]);
  });
});
