import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { callerTo, failureOf } from '../caller.ts';
import { generated, message, response } from '../healthy-answers.ts';
import { literally, literalServer } from '../literal-server.ts';

const server = await literalServer();
after(() => server.close());
const usage = { inputTokens: 11, outputTokens: 7 };
const anthropic = callerTo(server.baseUrl, { name: 'anthropic', family: 'anthropic' });
const google = callerTo(server.baseUrl, { name: 'google', family: 'google' });
const responses = callerTo(server.baseUrl, { name: 'openai', family: 'openai-responses' });
const claude = { model: 'anthropic:claude-sonnet-4-5' };
const gemini = { model: 'google:gemini-2.5-flash' };
const body = () => JSON.parse(server.seen[0]?.body ?? '');
const messages = [
  { role: 'system', content: 'be brief' },
  { role: 'user', content: 'hello' },
] as const;
/** What providers refuse, at several levels. */
const schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    amount: { type: 'string', pattern: '^\\d+$', minLength: 1, default: '0' },
    items: {
      type: 'array',
      minItems: 1,
      maxItems: 9,
      uniqueItems: true,
      items: { type: 'integer', minimum: 1, multipleOf: 2 },
    },
    kind: { const: 'order' },
  },
  required: ['amount', 'items', 'kind'],
  additionalProperties: false,
} as const;

describe('Anthropic', () => {
  test('an answer with usage and request id; the request with key, version and ids', async () => {
    server.answer(literally(200, message('hi'), { 'request-id': 'req_018Ee' }));
    assert.deepEqual(await anthropic.call({ ...claude, messages }), {
      text: 'hi',
      finishReason: 'stop',
      usage,
      providerRequestId: 'req_018Ee',
    });
    const [seen] = server.seen;
    assert.equal(seen?.url, '/v1/messages');
    assert.equal(seen?.headers['x-api-key'], 'sk-test');
    assert.equal(seen?.headers['anthropic-version'], '2023-06-01');
    assert.equal(seen?.headers['x-client-request-id'], 'order-1042/extract/attempt-1');
    assert.deepEqual(body(), {
      model: 'claude-sonnet-4-5',
      max_tokens: 100,
      system: [{ type: 'text', text: 'be brief' }],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }],
    });
  });

  test('max_tokens is an answer that was cut', async () => {
    server.answer(literally(200, message('{"a": 1', { stop_reason: 'max_tokens' })));
    const { text, finishReason } = await anthropic.call(claude);
    assert.deepEqual([text, finishReason], ['{"a": 1', 'length']);
  });

  test('a schema is sent without the checks that Anthropic refuses', async () => {
    server.answer(literally(200, message('{}')));
    await anthropic.call({ ...claude, schema });
    const { output_config, tools } = body();
    assert.equal(tools, undefined);
    assert.deepEqual(output_config.format.schema, {
      type: 'object',
      properties: {
        amount: { type: 'string', description: 'min length: 1; pattern: ^\\d+$.' },
        items: {
          type: 'array',
          items: { type: 'integer', description: 'minimum: 1; multiple of: 2.' },
          description: 'min items: 1; max items: 9; unique items: true.',
        },
        kind: { const: 'order' },
      },
      required: ['amount', 'items', 'kind'],
      additionalProperties: false,
    });
  });

  test('a schema that Anthropic cannot take goes as a forced tool, and its input is the text', async () => {
    const input = { type: 'tool_use', id: 'toolu_1', name: 'json', input: { any: 'thing' } };
    server.answer(literally(200, message('', { content: [input], stop_reason: 'tool_use' })));
    const open = { type: 'object', additionalProperties: { type: 'string' } } as const;
    const { text, finishReason } = await anthropic.call({ ...claude, schema: open });
    assert.deepEqual([text, finishReason], ['{"any":"thing"}', 'stop']);
    assert.equal(body().tools[0].name, 'json');
  });
});

describe('Google', () => {
  test('an answer with usage; the request with key and ids', async () => {
    server.answer(literally(200, generated('hi')));
    assert.deepEqual(await google.call({ ...gemini, messages }), {
      text: 'hi',
      finishReason: 'stop',
      usage,
    });
    const [seen] = server.seen;
    assert.equal(seen?.url, '/v1/models/gemini-2.5-flash:generateContent');
    assert.equal(seen?.headers['x-goog-api-key'], 'sk-test');
    assert.equal(seen?.headers['x-client-request-id'], 'order-1042/extract/attempt-1');
    const { systemInstruction, contents, generationConfig } = body();
    assert.deepEqual(systemInstruction, { parts: [{ text: 'be brief' }] });
    assert.deepEqual(contents, [{ role: 'user', parts: [{ text: 'hello' }] }]);
    assert.equal(generationConfig.maxOutputTokens, 100);
  });

  test('MAX_TOKENS is an answer that was cut, even where thinking left no room for a word', async () => {
    server.answer(literally(200, generated('{"a": 1', { finishReason: 'MAX_TOKENS' })));
    assert.equal((await google.call(gemini)).finishReason, 'length');
    const silent = { candidates: [{ finishReason: 'MAX_TOKENS', index: 0 }] };
    server.answer(literally(200, silent));
    const { text, finishReason } = await google.call(gemini);
    assert.deepEqual([text, finishReason], ['', 'length']);
  });

  test('a schema is sent with the keywords that Google documents, and no others', async () => {
    server.answer(literally(200, generated('{}')));
    await google.call({ ...gemini, schema });
    const { generationConfig } = body();
    assert.equal(generationConfig.responseMimeType, 'application/json');
    assert.deepEqual(generationConfig.responseJsonSchema, {
      type: 'object',
      properties: {
        amount: { type: 'string' },
        items: { type: 'array', minItems: 1, items: { type: 'integer', minimum: 1 } },
        kind: { enum: ['order'] },
      },
      required: ['amount', 'items', 'kind'],
      additionalProperties: false,
    });
  });

  test('an answer that wants to be continued makes no second request', async () => {
    const more = { finishReason: 'CONTINUATION', continuationToken: 'next' };
    server.answer(literally(200, generated('half', more)));
    const { type, sent } = await failureOf(google.call(gemini));
    assert.deepEqual([type, sent, server.seen.length], ['MalformedResponse', true, 1]);
  });
});

describe('OpenAI Responses', () => {
  test('an answer with usage and request id; the request is not stored', async () => {
    server.answer(literally(200, response('hi'), { 'x-request-id': 'req_2' }));
    assert.deepEqual(await responses.call({ messages }), {
      text: 'hi',
      finishReason: 'stop',
      usage,
      providerRequestId: 'req_2',
    });
    assert.equal(server.seen[0]?.url, '/v1/responses');
    assert.equal(server.seen[0]?.headers.authorization, 'Bearer sk-test');
    assert.equal(server.seen[0]?.headers['x-client-request-id'], 'order-1042/extract/attempt-1');
    const { store, max_output_tokens, input } = body();
    assert.deepEqual([store, max_output_tokens, input.length], [false, 100, 2]);
  });

  test('max_output_tokens is an answer that was cut', async () => {
    const cut = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    server.answer(literally(200, response('{"a": 1', cut)));
    const { text, finishReason } = await responses.call();
    assert.deepEqual([text, finishReason], ['{"a": 1', 'length']);
  });

  test('a closed schema goes in strict mode, without what that mode may refuse', async () => {
    server.answer(literally(200, response('{}')));
    const properties = { name: { type: 'string', minLength: 1 } } as const;
    const closed = { type: 'object', properties, required: ['name'], additionalProperties: false };
    await responses.call({ schema: closed });
    assert.deepEqual(body().text.format, {
      type: 'json_schema',
      name: 'answer',
      strict: true,
      schema: { ...closed, properties: { name: { type: 'string' } } },
    });
  });
});

describe('without a key', () => {
  for (const family of ['anthropic', 'google', 'openai-responses'] as const) {
    test(`${family} is not asked, whatever is in the environment`, async () => {
      const caller = callerTo(server.baseUrl, { name: 'p', family, apiKey: undefined });
      process.env.ANTHROPIC_API_KEY = 'sk-from-the-environment';
      process.env.GOOGLE_GENERATIVE_AI_API_KEY = 'sk-from-the-environment';
      const { type, reason } = await failureOf(caller.call({ model: 'p:x' }));
      delete process.env.ANTHROPIC_API_KEY;
      delete process.env.GOOGLE_GENERATIVE_AI_API_KEY;
      assert.deepEqual(
        [type, reason],
        ['InvalidCredentials', 'the API key is not set for this worker'],
      );
      assert.deepEqual(caller.sent, []);
    });
  }
});
