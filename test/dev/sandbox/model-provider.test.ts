import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import type { JSONSchema7 } from '@ai-sdk/provider';
import { generateText, jsonSchema, Output } from 'ai';
import { faultPlan } from '../../../dev/sandbox/fault-plan.ts';
import * as faults from '../../../dev/sandbox/model-faults.ts';
import {
  type ModelProvider,
  type ModelProviderOptions,
  startModelProvider,
} from '../../../dev/sandbox/model-provider.ts';
import { cut, delay, hang, lost, pass, raw, reset } from '../../../dev/sandbox/wire-fault.ts';

let provider: ModelProvider;
const start = async (options: Partial<ModelProviderOptions> = {}) => {
  provider = await startModelProvider({ answer: () => '{"ok": true}', ...options });
  return provider;
};
afterEach(() => provider.stop());

/** One Chat Completions request under the request id `call-1/complete`. */
const ask = (init: { model?: string; key?: string; signal?: AbortSignal; path?: string } = {}) =>
  fetch(`${provider.baseUrl}${init.path ?? '/chat/completions'}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${init.key ?? 'sk-good'}`,
      'idempotency-key': 'call-1/complete',
      'x-client-request-id': 'call-1/complete',
    },
    body: JSON.stringify({
      model: init.model ?? 'gpt-4o-mini',
      [init.path === '/responses' ? 'input' : 'messages']: [{ role: 'user', content: 'hello' }],
    }),
    ...(init.signal ? { signal: init.signal } : {}),
  });
const textOf = async (response: Response) => {
  const body = (await response.json()) as { choices: { message: { content: string } }[] };
  return body.choices[0]?.message.content;
};
const errorOf = async (response: Response) =>
  ((await response.json()) as { error: Record<string, unknown> }).error;

describe('the answers of the model provider', () => {
  for (const api of ['chat', 'responses'] as const) {
    it(`reach the AI SDK over ${api}, and the request reaches the script`, async () => {
      const seen: unknown[] = [];
      await start({
        answer: ({ model, messages, schema }) => {
          seen.push({ model, messages, schema });
          return '{"city": "Lima"}';
        },
      });
      const openai = createOpenAI({ baseURL: provider.baseUrl, apiKey: 'sk-good' });
      const schema: JSONSchema7 = {
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
        additionalProperties: false,
      };
      const result = await generateText({
        model: openai[api]('gpt-4o-mini'),
        messages: [{ role: 'user', content: 'Where?' }],
        output: Output.object({ schema: jsonSchema<{ city: string }>(schema) }),
        headers: { 'Idempotency-Key': 'call-2/complete', 'X-Client-Request-Id': 'call-2/complete' },
        maxRetries: 0,
      });
      assert.deepEqual(result.output, { city: 'Lima' });
      assert.ok((result.usage.inputTokens ?? 0) > 0);
      assert.deepEqual(seen, [
        { model: 'gpt-4o-mini', messages: [{ role: 'user', text: 'Where?' }], schema },
      ]);
      const [record] = provider.requestsFor('call-2/');
      assert.equal(record?.clientRequestId, 'call-2/complete');
      assert.equal(record?.path, api === 'chat' ? '/v1/chat/completions' : '/v1/responses');
      assert.equal(record?.status, 200);
      assert.equal(result.response.headers?.['x-request-id'], record?.providerRequestId);
    });

    it(`carry a finish reason and a refusal over ${api}`, async () => {
      await start({ answer: () => ({ text: '{"a": 1', finishReason: 'length' }) });
      const openai = createOpenAI({ baseURL: provider.baseUrl, apiKey: 'sk-good' });
      const model = openai[api]('gpt-4o-mini');
      const cutShort = await generateText({ model, prompt: 'x', maxRetries: 0 });
      assert.equal(cutShort.finishReason, 'length');
      await provider.stop();
      await start({ answer: () => ({ text: '', refusal: 'I will not.' }) });
      const path = api === 'chat' ? '/chat/completions' : '/responses';
      const body = await (await ask({ path })).text();
      assert.match(body, /"refusal":"I will not\."/);
    });
  }
});

describe('a fault plan', () => {
  it('is a list for each call, then everything passes', async () => {
    await start({
      faults: faultPlan({
        'call-1/complete': [
          faults.rateLimited({ retryAfterSeconds: 1 }),
          faults.overloaded,
          faults.serverError,
          faults.htmlErrorPage,
          pass,
        ],
      }),
    });
    const first = await ask();
    assert.equal(first.status, 429);
    assert.equal(first.headers.get('retry-after'), '1');
    assert.equal(first.headers.get('x-ratelimit-remaining-requests'), '0');
    assert.equal(first.headers.get('x-request-id'), 'req_sandbox_1');
    assert.equal((await errorOf(first)).code, 'rate_limit_exceeded');
    const second = await ask();
    assert.equal(second.status, 503);
    assert.equal((await errorOf(second)).code, 'server_overloaded');
    assert.equal((await ask()).status, 500);
    const page = await ask();
    assert.equal(page.status, 502);
    assert.equal(page.headers.get('content-type'), 'text/html');
    assert.equal(await textOf(await ask()), '{"ok": true}');
    assert.equal(await textOf(await ask()), '{"ok": true}');
    assert.deepEqual(
      provider.requests.map(({ status, fault }) => [status, fault]),
      [
        [429, 'status'],
        [503, 'status'],
        [500, 'status'],
        [502, 'status'],
        [200, 'pass'],
        [200, 'pass'],
      ],
    );
  });

  it('is looked up by request id, then by workflow id, then by default', () => {
    const decide = faultPlan({
      'order-1/extract': [reset],
      'order-1': [hang],
      default: [cut, lost],
    });
    const at = (requestId: string | undefined, nthForThisCall: number) =>
      decide({ requestId, nthForThisCall, model: 'm', body: {} }).kind;
    assert.equal(at('order-1/extract', 1), 'reset');
    assert.equal(at('order-1/extract', 2), 'pass');
    assert.equal(at('order-1/extract.repair-1', 1), 'hang');
    assert.equal(at('order-10/extract', 1), 'cut');
    assert.equal(at(undefined, 2), 'lost');
  });

  it('distorts the right answer, or says something else', async () => {
    await start({
      faults: faultPlan({
        default: [
          faults.distort('mendable'),
          faults.distort('hopeless'),
          faults.distort('wrongShape'),
          faults.text('I am a teapot.'),
          raw('<upstream gone>'),
        ],
      }),
    });
    assert.equal(await textOf(await ask()), '```json\n{"ok": true,}\n```');
    assert.equal(await textOf(await ask()), '{"draft": [}]:::{"ok": true}');
    assert.equal(await textOf(await ask()), '{"answer": {"ok": true}}');
    assert.equal(await textOf(await ask()), 'I am a teapot.');
    assert.equal(await (await ask()).text(), '<upstream gone>');
  });
});

describe('on the wire', () => {
  it('a reset gives no answer, and nothing is executed', async () => {
    let executed = 0;
    await start({
      answer: () => String(++executed),
      faults: faultPlan({ default: [reset, lost] }),
    });
    await assert.rejects(ask());
    assert.equal(executed, 0);
    await assert.rejects(ask());
    assert.equal(executed, 1);
    assert.deepEqual(
      provider.requests.map(({ status, clientAborted }) => [status, clientAborted]),
      [
        [undefined, false],
        [undefined, false],
      ],
    );
  });

  it('a cut answer begins well and breaks off', async () => {
    await start({ faults: faultPlan({ default: [cut] }) });
    const response = await ask();
    assert.equal(response.status, 200);
    await assert.rejects(response.text());
    assert.equal(provider.requests[0]?.status, 200);
    assert.equal(provider.requests[0]?.clientAborted, false);
  });

  it('a hang lasts until the client goes away, which is recorded', async () => {
    await start({ faults: faultPlan({ default: [hang, delay(150)] }) });
    await assert.rejects(ask({ signal: AbortSignal.timeout(100) }));
    await untilTrue(() => provider.requests[0]?.clientAborted === true);
    assert.equal(provider.requests[0]?.status, undefined);
    const beganAtMs = performance.now();
    assert.equal((await ask()).status, 200);
    assert.ok(performance.now() - beganAtMs >= 145);
    assert.equal(provider.requests[1]?.clientAborted, false);
  });

  it('stop() ends what hangs', async () => {
    await start({ faults: faultPlan({ default: [hang] }) });
    const hanging = assert.rejects(ask());
    await untilTrue(() => provider.requests.length === 1);
    await provider.stop();
    await hanging;
    assert.equal(provider.requests[0]?.clientAborted, false);
    await start();
  });
});

describe('keys and models', () => {
  it('a wrong key is 401 and an unknown model 404, without any plan', async () => {
    await start({ validKeys: ['sk-good'], knownModels: ['gpt-4o-mini'] });
    const badKey = await ask({ key: 'sk-revoked-1234' });
    assert.equal(badKey.status, 401);
    const error = await errorOf(badKey);
    assert.equal(error.code, 'invalid_api_key');
    assert.equal(String(error.message).includes('sk-revoked-1234'), false);
    const badModel = await ask({ model: 'gpt-0' });
    assert.equal(badModel.status, 404);
    assert.equal((await errorOf(badModel)).code, 'model_not_found');
    assert.equal((await ask()).status, 200);
  });

  it('a script that throws is a 500 that says so', async () => {
    await start({
      answer: () => {
        throw new Error('no such email');
      },
    });
    const response = await ask();
    assert.equal(response.status, 500);
    assert.match(await response.text(), /no such email/);
  });
});

async function untilTrue(holds: () => boolean) {
  const endMs = performance.now() + 2000;
  while (!holds() && performance.now() < endMs) await new Promise((go) => setTimeout(go, 10));
  assert.ok(holds(), 'not within 2 s');
}
