import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { allowedOutputTokens } from '../../src/calls/shape-request.ts';
import { catalogue } from '../../src/policies/catalogue.ts';
import type { JsonObject } from '../../src/wire/json.ts';
import { callerTo, failureOf } from './caller.ts';
import { message } from './healthy-answers.ts';
import { completion, literally, literalServer } from './literal-server.ts';

const server = await literalServer();
after(() => server.close());
let bodies: JsonObject[] = [];
beforeEach(() => {
  bodies = [];
});

type Body = Record<string, never> & {
  response_format?: { type: string; json_schema?: JsonObject };
};

/** A server that refuses with these words what the test says, and answers the rest. */
function refusing(refuses: (body: Body) => object | undefined, answer: object = completion('{}')) {
  server.answer((request, reply, text) => {
    const body = JSON.parse(text);
    bodies.push(body);
    const error = refuses(body);
    literally(error ? 400 : 200, error ? { error } : answer)(request, reply, text);
  });
}
const formsAsked = () =>
  bodies.map(({ response_format: format }) => {
    const { type, json_schema } = (format ?? { type: 'none' }) as Record<string, JsonObject>;
    return json_schema?.strict === true ? `${type} strict` : type;
  });
const closed = {
  type: 'object',
  properties: { a: { type: 'string' } },
  required: ['a'],
  additionalProperties: false,
} as const;
const policy = { ...catalogue.model, requestTimeoutMs: 5000 };

describe('the form of asking for a shape', () => {
  const unavailable = { message: 'This type of response_format is unavailable now', type: 'x' };

  test('steps down on the very refusal, an attempt each, and the form that worked is kept', async () => {
    refusing(({ response_format }) => (response_format ? unavailable : undefined));
    const { call } = callerTo(server.baseUrl);
    for (let refusals = 0; refusals < 3; refusals += 1) {
      const { type, isStep } = await failureOf(call({ schema: closed }));
      assert.deepEqual([type, isStep], ['SchemaRejected', true]);
    }
    assert.equal((await call({ schema: closed })).text, '{}');
    assert.equal((await call({ schema: closed })).text, '{}');
    const asked = ['json_schema strict', 'json_schema', 'json_object', 'none', 'none'];
    assert.deepEqual(formsAsked(), asked);
    assert.match(JSON.stringify(bodies[2]?.messages), /JSON Schema.*additionalProperties/);
    assert.match(JSON.stringify(bodies[3]?.messages), /JSON Schema.*additionalProperties/);
  });

  test('that the prompt alone is refused is final', async () => {
    const { call } = callerTo(server.baseUrl, { structuredOutput: 'prompt' });
    refusing(() => ({ message: 'Invalid schema for response_format', type: 'x' }));
    const { type, isStep } = await failureOf(call({ schema: closed }));
    assert.deepEqual([type, isStep], ['SchemaRejected', undefined]);
  });

  test('a schema that strict mode refuses takes strict mode from no other schema', async () => {
    const isOdd = ({ response_format: format }: Body) =>
      format?.json_schema?.strict === true && JSON.stringify(format).includes('"odd"');
    refusing((body) => (isOdd(body) ? { ...unavailable, param: 'response_format' } : undefined));
    const { call } = callerTo(server.baseUrl);
    const odd = { ...closed, properties: { odd: { type: 'string' } }, required: ['odd'] };
    await failureOf(call({ schema: odd }));
    await call({ schema: odd });
    await call({ schema: closed });
    assert.deepEqual(formsAsked(), ['json_schema strict', 'json_schema', 'json_schema strict']);
  });

  test('is what the entry of the provider says', async () => {
    refusing(() => undefined);
    const { call } = callerTo(server.baseUrl, {
      family: 'openai-compatible',
      structuredOutput: 'json_object',
    });
    await call({ schema: closed });
    assert.deepEqual(formsAsked(), ['json_object']);
  });

  test('is sent without the mark that only Holdfast knows, in every form', async () => {
    const exact = { type: 'number', exact: true };
    const marked: JsonObject = {
      ...closed,
      properties: { a: exact, b: { not: exact }, exact: { type: 'boolean' } },
      required: ['a', 'b', 'exact'],
    };
    const tools = [{ name: 'pay', parameters: marked }];
    for (const structuredOutput of ['json_schema', 'json_object', 'prompt'] as const) {
      refusing(() => undefined);
      await callerTo(server.baseUrl, { structuredOutput }).call({ schema: marked, tools });
    }
    assert.equal(bodies.length, 3);
    for (const body of bodies) {
      const text = JSON.stringify(body).replaceAll('\\"', '"');
      assert.ok(text.includes('"exact":{"type":"boolean"}'), text);
      assert.ok(!text.includes('"exact":true'), text);
    }
  });

  test('in strict mode keeps the words beside a reference', async () => {
    refusing(() => undefined);
    const schema = {
      $defs: { place: closed },
      type: 'object',
      properties: { to: { $ref: '#/$defs/place', description: 'where it goes' } },
      required: ['to'],
      additionalProperties: false,
    };
    await callerTo(server.baseUrl).call({ schema });
    const [{ response_format: format } = {}] = bodies as { response_format?: JsonObject }[];
    assert.deepEqual(format, {
      type: 'json_schema',
      json_schema: {
        name: 'answer',
        strict: true,
        schema: {
          ...schema,
          properties: {
            to: { description: 'where it goes', anyOf: [{ $ref: '#/$defs/place' }] },
          },
        },
      },
    });
  });
});

describe('the limit of tokens', () => {
  const limits = () =>
    bodies.map(({ max_tokens, max_completion_tokens }) => ({ max_tokens, max_completion_tokens }));

  test('a larger one of our own is lowered to what the provider says', async () => {
    const words =
      'max_tokens is too large: 4000. This model supports at most 3000 completion tokens';
    refusing(
      ({ max_tokens }) => (Number(max_tokens) > 3000 ? { message: words, type: 'x' } : undefined),
      completion('hi'),
    );
    const { call } = callerTo(server.baseUrl, { family: 'openai-compatible' });
    const { type, isStep } = await failureOf(call({ maximumOutputTokens: 4000, policy }));
    assert.deepEqual([type, isStep], ['InvalidRequest', true]);
    assert.equal((await call({ maximumOutputTokens: 4000, policy })).text, 'hi');
    assert.deepEqual(
      limits().map(({ max_tokens }) => max_tokens),
      [4000, 3000],
    );
  });

  test('one that was asked for is the mistake of the request', async () => {
    const words =
      'max_tokens is too large: 4000. This model supports at most 3000 completion tokens';
    refusing(() => ({ message: words, type: 'x' }));
    const { call } = callerTo(server.baseUrl);
    const own = { ...policy, maximumOutputTokens: 4000 };
    const { isStep } = await failureOf(call({ maximumOutputTokens: 4000, policy: own }));
    assert.equal(isStep, undefined);
  });

  test('goes by the other name where this one is refused', async () => {
    const words = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.";
    refusing(
      ({ max_tokens }) => (max_tokens ? { message: words, param: 'max_tokens' } : undefined),
      completion('hi'),
    );
    const { call } = callerTo(server.baseUrl, { name: 'my-azure', family: 'openai-compatible' });
    await failureOf(call({ model: 'my-azure:prod-chat' }));
    await call({ model: 'my-azure:prod-chat' });
    assert.deepEqual(limits(), [
      { max_tokens: 100, max_completion_tokens: undefined },
      { max_tokens: undefined, max_completion_tokens: 100 },
    ]);
  });

  test('goes by the name that the entry of the provider says', async () => {
    refusing(() => undefined, completion('hi'));
    const azure = { family: 'openai-compatible', limitParameter: 'max_completion_tokens' } as const;
    await callerTo(server.baseUrl, azure).call();
    assert.deepEqual(limits(), [{ max_tokens: undefined, max_completion_tokens: 100 }]);
  });

  test('is not sent to a model that reasons, unless it was asked for; Anthropic needs one', async () => {
    refusing(() => undefined, completion('hi'));
    const { call } = callerTo(server.baseUrl);
    const model = 'openai:o4-mini';
    await call({ model, maximumOutputTokens: 2000, policy });
    await call({ model, maximumOutputTokens: 4000, policy });
    const asked = { ...policy, maximumOutputTokens: 500 };
    await call({ model, maximumOutputTokens: 500, policy: asked });
    refusing(() => undefined, message('hi'));
    const anthropic = callerTo(server.baseUrl, { family: 'anthropic' });
    await anthropic.call({ model: 'openai:thinking-1', maximumOutputTokens: 2000, policy });
    assert.deepEqual(limits(), [
      { max_tokens: undefined, max_completion_tokens: undefined },
      { max_tokens: undefined, max_completion_tokens: undefined },
      { max_tokens: undefined, max_completion_tokens: 500 },
      { max_tokens: 2000, max_completion_tokens: undefined },
    ]);
  });
});

/** What providers write of it, in words of our own. */
// biome-ignore format: a table is read by its columns
const sentences: [sentence: string, asked: number, allowed: number | undefined][] = [
  ['max_tokens is too large: 32768. This model supports at most 16384 completion tokens.', 32_768, 16_384],
  ['max_tokens: 8193 > 8192, the maximum number of output tokens for this model', 8193, 8192],
  ['Invalid max_tokens value, the valid range is [1, 8192]', 9000, 8192],
  ['`max_tokens` must be less than or equal to `8192`', 9000, 8192],
  ['a maxOutputTokens value of 100000 but the range is from 1 (inclusive) to 65537 (exclusive)', 100_000, 65_536],
  ['max_tokens is too large: 10000. (10000 > 8192 - 5000)', 10_000, 3192],
  ['input length and `max_tokens` exceed the context limit: 195000 + 8000 > 200000', 8000, 5000],
  ['The maximum tokens you requested exceed the model limit of 4,096 output tokens', 8192, 4096],
  ['max_tokens is too large', 8192, undefined],
  ['temperature must be at most 2', 8192, undefined],
];

test('the most tokens that a refusal allows', () => {
  for (const [sentence, asked, allowed] of sentences) {
    assert.equal(allowedOutputTokens(sentence, asked), allowed, sentence);
  }
});
