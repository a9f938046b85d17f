import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { pino } from 'pino';
import { createForwardAttempt } from '../../src/calls/forward/forward-attempt.ts';
import { withForwardedCalls } from '../../src/calls/forward/forwarded-call.ts';
import { settleAllEnded } from '../../src/gateway/settle-ended.ts';
import { catalogue } from '../../src/policies/catalogue.ts';
import { forwardStep } from '../../src/wire/forwarded.ts';
import type { ModelRequest } from '../../src/wire/model-call.ts';
import { completion, literally, literalServer, type Reply } from '../calls/literal-server.ts';
import { until } from '../support/until.ts';
import { gatewayWorld } from './gateway-world.ts';

// What a key is charged with for a call of several attempts. Workflows are missing here; each attempt that
// one would make is made as the worker makes it, on the same records.

const provider = await literalServer();
/** Attempts that a worker began before, and was killed in. */
let lost = 0;
const world = await gatewayWorld(provider.baseUrl, ({ store, watch }) => ({
  async goOn(row) {
    const call = withForwardedCalls(() => assert.fail('it is forwarded'), {
      records: store,
      send: createForwardAttempt({
        resolve: () => ({
          ...{ name: 'openai', family: 'openai', baseUrl: provider.baseUrl, apiKey: 'k' },
        }),
        log: pino({ level: 'silent' }),
      }),
    });
    const asked = {
      ...{ step: forwardStep, policy: catalogue.model, forwarded: { id: row.id, bytes: 0 } },
    } as unknown as ModelRequest;
    const { signal } = new AbortController();
    const attempt = row.attempts + lost + 1;
    await call(asked, { signal, workflowId: row.id, attempt }).catch(async () => {
      const { attempts, possibly_billed: possiblyBilled } = (await store.read(row.id)) ?? row;
      const failure = { type: 'InvalidRequest', message: 'no', status: 400 } as const;
      await store.failed(row.id, failure, { attempts, possiblyBilled });
    });
    watch.tell(row.id);
  },
}));
after(async () => {
  await world.close();
  await provider.close();
});

const budget = { amount: '1', currency: 'usd', per: 'day' } as const;
const day = () => `day/${new Date().toISOString().slice(0, 10)}`;
const usage = { prompt_tokens: 4, completion_tokens: 1, total_tokens: 5 };
/** 4 tokens at 2.50 and 1 at 10.00 a million, in billionths. */
const answerNano = 20_000;
const answered = literally(200, { ...completion('at last'), usage });
const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const stream =
  (...events: readonly object[]): Reply =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(events.map(event).join(''));
  };
const content = { choices: [{ index: 0, delta: { content: 'half' } }] };
const end = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage };
/** It went out, and no answer says what became of it. */
const cut: Reply = (request) => request.socket.destroy();

let seed = 1000;
/** Makes a call whose attempts get these replies. @returns what its key was charged with. */
async function charged(
  replies: readonly Reply[],
  { isStream = false, again = false } = {},
): Promise<number> {
  const { id, key } = await world.keys.add('acme', { budget });
  let nth = 0;
  provider.answer((...call) => replies[nth++]?.(...call));
  seed += 1;
  const body = JSON.stringify({
    ...{ model: 'openai:gpt-4o', seed, stream: isStream, max_tokens: 15, messages: [] },
  });
  const ask = async () => {
    const headers = { authorization: `Bearer ${key}` };
    const url = `${world.url}/v1/chat/completions`;
    const answer = await fetch(url, { method: 'POST', headers, body });
    await answer.text();
  };
  await ask();
  if (again) {
    await until(async () => (await world.isAbandoned(`"seed":${seed}`)) || undefined);
    await ask();
  }
  await settleAllEnded(world);
  const nothing = { requests: 0, tokens: 0, costNano: 0 };
  const { costNano, requests } = await world.keys.use(id, day(), nothing);
  assert.equal(requests, again ? 2 : 1);
  assert.equal(nth, replies.length);
  return costNano;
}

describe('a key is charged with every attempt that was billed, or may have been', () => {
  let estimateNano = 0;
  test('one that may have been, and no answer: its estimate', async () => {
    estimateNano = await charged([cut, literally(400, {})]);
    // 15 tokens out are 150,000; the prompt comes on top.
    assert.ok(estimateNano > 150_000 && estimateNano < 300_000, String(estimateNano));
  });

  test('one that may have been, before the answer: both', async () => {
    assert.equal(await charged([cut, answered]), estimateNano + answerNano);
  });

  test('one that was, before the answer: what the provider counted of both', async () => {
    const role = { choices: [{ index: 0, delta: { role: 'assistant' } }], usage };
    assert.equal(await charged([stream(role), stream(content, end)], { isStream: true }), 40_000);
  });

  test('one that was refused unbilled is none', async () => {
    assert.equal(await charged([literally(503, {}), answered]), answerNano);
  });

  test('one whose worker was killed, of which nobody has told anything', async () => {
    lost = 1;
    const nano = await charged([literally(503, {}), answered]);
    lost = 0;
    assert.equal(nano, estimateNano + answerNano);
  });

  test('a stream that broke off, and is asked for again: the estimate of the first, and the second', async () => {
    const streamed = { isStream: true };
    const firstNano = await charged([stream(content)], streamed);
    const nano = await charged([stream(content), stream(content, end)], {
      ...streamed,
      again: true,
    });
    assert.equal(nano, firstNano + answerNano);
  });
});
