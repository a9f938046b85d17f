import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { completion, literally, literalServer } from '../calls/literal-server.ts';
import { gatewayWorld } from './gateway-world.ts';

const provider = await literalServer();
const world = await gatewayWorld(provider.baseUrl);
after(async () => {
  await world.close();
  await provider.close();
});

const openai = new OpenAI({ baseURL: `${world.url}/v1`, apiKey: 'any' });
const hello = {
  model: 'openai:gpt-4o',
  messages: [{ role: 'user' as const, content: 'Hello' }],
};

describe("OpenAI's own client, its base URL changed", () => {
  test('a chat completion: the prefix goes, the answer comes, the key is ours', async () => {
    provider.answer(literally(200, completion('hi')));
    const { data, response } = await openai.chat.completions.create(hello).withResponse();
    assert.equal(data.choices[0]?.message.content, 'hi');
    assert.equal(response.headers.get('x-holdfast-attempts'), '1');
    assert.equal(response.headers.get('x-holdfast-cost'), '0.0000975 usd');
    assert.equal(response.headers.get('x-holdfast-model'), 'openai:gpt-4o');
    const [seen] = provider.seen;
    assert.equal(seen?.url, '/v1/chat/completions');
    assert.equal(seen?.body, JSON.stringify({ ...hello, model: 'gpt-4o' }));
    assert.equal(seen?.headers.authorization, 'Bearer provider-key');
    assert.equal(seen?.headers['x-stainless-lang'], undefined);
  });

  test('a failure for good is one request, though the client would try three times', async () => {
    provider.answer(literally(401, { error: { code: 'invalid_api_key', message: 'secret text' } }));
    await assert.rejects(openai.chat.completions.create({ ...hello, seed: 1 }), {
      status: 502,
      code: 'InvalidCredentials',
      message: /InvalidCredentials by openai \(invalid_api_key\)/,
    });
    assert.equal(provider.seen.length, 1);
  });

  test('a refusal of the request keeps its status, its words and its parameter', async () => {
    const error = { message: 'Use a smaller one', param: 'max_tokens', code: null };
    provider.answer(literally(400, { error }));
    await assert.rejects(openai.chat.completions.create({ ...hello, seed: 2 }), {
      status: 400,
      code: 'InvalidRequest',
      param: 'max_tokens',
      message: '400 Use a smaller one',
    });
  });

  test('a model without a provider is told, with the providers there are', async () => {
    await assert.rejects(openai.chat.completions.create({ ...hello, model: 'gpt-4o' }), {
      status: 404,
      param: 'model',
      message: /<provider>:<model>, with one of the providers openai, anthropic, google/,
    });
  });

  test('embeddings and responses go the same road', async () => {
    provider.answer(
      literally(200, { data: [{ embedding: [0.5], index: 0 }], usage: { prompt_tokens: 3 } }),
    );
    const embedded = await openai.embeddings.create({
      ...{ model: 'openai:embed', input: 'x', encoding_format: 'float' },
    });
    assert.deepEqual(embedded.data[0]?.embedding, [0.5]);
    provider.answer(
      literally(200, { id: 'resp_1', object: 'response', output: [], status: 'completed' }),
    );
    const response = await openai.responses.create({ model: 'openai:gpt-4o', input: 'Hello' });
    assert.equal(response.id, 'resp_1');
    assert.equal(provider.seen[0]?.url, '/v1/responses');
  });
});

test("Anthropic's own client on its native path", async () => {
  const anthropic = new Anthropic({ baseURL: `${world.url}/anthropic`, apiKey: 'any' });
  const message = {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'claude' },
    ...{ content: [{ type: 'text', text: 'hi' }], stop_reason: 'end_turn' },
    usage: { input_tokens: 3, output_tokens: 1 },
  };
  provider.answer(literally(200, message));
  const asked = {
    ...{ model: 'claude', max_tokens: 10 },
    messages: [{ role: 'user' as const, content: 'Hello' }],
  };
  const { content } = await anthropic.messages.create(asked);
  assert.deepEqual(content, message.content);
  const [seen] = provider.seen;
  assert.equal(seen?.url, '/v1/messages');
  assert.equal(seen?.headers['x-api-key'], 'provider-key');
  assert.equal(seen?.headers['anthropic-version'], '2026-10-21');
  provider.answer(literally(400, { type: 'error', error: { type: 'invalid_request_error' } }));
  await assert.rejects(anthropic.messages.create({ ...asked, max_tokens: 11 }), {
    status: 400,
    name: 'BadRequestError',
  });
});

test("Google's own client on its native path", async () => {
  const google = new GoogleGenAI({
    apiKey: 'any',
    httpOptions: { baseUrl: `${world.url}/google` },
  });
  provider.answer(
    literally(200, {
      candidates: [{ content: { parts: [{ text: 'hi' }], role: 'model' }, finishReason: 'STOP' }],
    }),
  );
  const answer = await google.models.generateContent({ model: 'gemini', contents: 'Hello' });
  assert.equal(answer.text, 'hi');
  assert.match(provider.seen[0]?.url ?? '', /\/models\/gemini:generateContent$/);
  assert.equal(provider.seen[0]?.headers['x-goog-api-key'], 'provider-key');
});

describe('once', () => {
  const post = (body: object, headers: Record<string, string> = {}) =>
    fetch(`${world.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  test('the same key and body: one request, the second answer is the first, byte for byte', async () => {
    provider.answer(literally(200, completion('paid once')));
    const headers = { 'idempotency-key': '"order-1"' };
    const first = await post(hello, headers);
    const second = await post(hello, { 'idempotency-key': 'order-1' });
    assert.equal(await first.text(), JSON.stringify(completion('paid once')));
    assert.equal(await second.text(), JSON.stringify(completion('paid once')));
    assert.equal(first.headers.get('idempotent-replayed'), null);
    assert.equal(second.headers.get('idempotent-replayed'), 'true');
    assert.equal(provider.seen.length, 1);
  });

  test('twenty at once under one key: one request, twenty answers', async () => {
    provider.answer((_, response) => {
      setTimeout(() => literally(200, completion('one'))(_, response, ''), 50);
    });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post(hello, { 'idempotency-key': 'twenty' })),
    );
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    assert.deepEqual(new Set(texts), new Set([JSON.stringify(completion('one'))]));
    assert.equal(provider.seen.length, 1);
  });

  test('the same key with another body is 422, and names the key', async () => {
    const answer = await post({ ...hello, seed: 3 }, { 'idempotency-key': 'order-1' });
    assert.equal(answer.status, 422);
    const { error } = (await answer.json()) as { error: { code: string; message: string } };
    assert.equal(error.code, 'IdempotencyKeyReused');
    assert.match(error.message, /order-1/);
  });

  test('equal requests without a key are calls of their own', async () => {
    provider.answer(literally(200, completion('each')));
    await Promise.all(Array.from({ length: 8 }, () => post({ ...hello, seed: 4 })));
    assert.equal(provider.seen.length, 8);
  });

  test('for ten seconds an equal request gets the failure that was final', async () => {
    provider.answer(literally(404, { error: { code: 'model_not_found', message: 'gone' } }));
    const answers = [await post({ ...hello, seed: 5 }), await post({ ...hello, seed: 5 })];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [404, 404],
    );
    assert.equal(answers[0]?.headers.get('x-should-retry'), 'false');
    assert.equal(provider.seen.length, 1);
  });
});
