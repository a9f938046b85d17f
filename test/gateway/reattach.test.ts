import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import OpenAI from 'openai';
import { catalogue } from '../../src/policies/catalogue.ts';
import { literalServer } from '../calls/literal-server.ts';
import { until } from '../support/until.ts';
import { backgroundProvider, events } from './background-provider.ts';
import { gatewayWorld } from './gateway-world.ts';

const provider = await literalServer();
const world = await gatewayWorld(provider.baseUrl, () => ({
  policyFor: (requestTimeoutMs) => ({
    ...catalogue.model,
    ...{ requestTimeoutMs, initialIntervalMs: 1, maximumIntervalMs: 1 },
  }),
}));
after(async () => {
  await world.close();
  await provider.close();
});
const openai = new OpenAI({ baseURL: `${world.url}/v1`, apiKey: 'any', maxRetries: 0 });
let seed = 0;
const asked = () => {
  seed += 1;
  const call = { model: 'openai-background:gpt-4o', input: `Hello ${seed}` };
  return { ...call, background: true as const, stream: true as const };
};
const read = async () =>
  (
    await fetch(`${world.url}/v1/responses`, { method: 'POST', body: JSON.stringify(asked()) })
  ).text();

describe('a stream that the provider goes on with by itself', () => {
  const [first = '', second = ''] = events;
  const [one, two] = [Buffer.byteLength(first), Buffer.byteLength(first + second)];
  const all = events.join('');
  // Before and after content, at the end of an event, within it, within a character, and again and again.
  const places = [
    ...[[one], [one + 1], [one + 40], [two - 1], [two], [two + 9], [Buffer.byteLength(all) - 1]],
    ...[
      [one + 5, 30, 0],
      [two, 0, 3, 60],
    ],
  ];
  for (const cuts of places) {
    test(`broken at byte ${cuts.join(', then ')}: the client has every byte once, asked for once`, async () => {
      const background = backgroundProvider([...cuts]);
      provider.answer(background.reply);
      const text = await read();
      const [, ours = ''] = /"id":"(resp_hf[0-9a-f]{24})"/.exec(text) ?? [];
      assert.equal(text, all.replaceAll('resp_of_the_provider', ours));
      assert.equal(background.asked(), 1);
      assert.equal(background.requests.length, cuts.length + 1);
      // What is recorded is the same, and nobody may have been billed for more.
      const later = await fetch(`${world.url}/v1/responses/${ours}?stream=true`);
      assert.equal(await later.text(), text);
      assert.equal(later.headers.get('x-holdfast-possibly-billed'), '0');
      assert.equal(later.headers.get('x-holdfast-attempts'), String(cuts.length + 1));
    });
  }

  test('it says that it failed: that is told, and nothing is fetched any more', async () => {
    const failed = { type: 'response.failed', sequence_number: 2, response: { status: 'failed' } };
    const error = { code: 'invalid_prompt', message: 'no' };
    const told = JSON.stringify({ ...failed, response: { ...failed.response, error } });
    provider.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`${first}${second}event: response.failed\ndata: ${told}\n\n`);
    });
    const text = await read();
    assert.match(text, /"code":"ContentRejected"/);
    assert.equal(provider.seen.length, 1);
    // No workflow goes on with what is final.
    const [, ours = ''] = /"id":"(resp_hf[0-9a-f]{24})"/.exec(text) ?? [];
    assert.equal((await openai.responses.retrieve(ours)).status, 'failed');
  });

  test('cancelled and deleted, it is cancelled and deleted at the provider', async () => {
    const background = backgroundProvider(['hang']);
    provider.answer(background.reply);
    const stream = await openai.responses.create(asked());
    let id = '';
    await assert.rejects(async () => {
      for await (const each of stream) {
        if (each.type !== 'response.created') continue;
        id = each.response.id;
        await openai.responses.cancel(id);
      }
    }, /the call was cancelled/);
    await openai.responses.delete(id);
    const theirs = '/responses/resp_of_the_provider';
    assert.deepEqual(background.requests, [
      'POST /responses',
      `POST ${theirs}/cancel`,
      `DELETE ${theirs}`,
    ]);
    await until(async () => (await openai.responses.retrieve(id).catch(() => 'gone')) === 'gone');
  });

  test('with store: false it is asked without background, for the provider would keep it', async () => {
    provider.answer(backgroundProvider().reply);
    const body = JSON.stringify({ ...asked(), store: false });
    await (await fetch(`${world.url}/v1/responses`, { method: 'POST', body })).text();
    assert.equal(JSON.parse(provider.seen[0]?.body ?? '').background, false);
  });
});
