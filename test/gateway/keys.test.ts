import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { settleAllEnded } from '../../src/gateway/settle-ended.ts';
import { completion, literally, literalServer } from '../calls/literal-server.ts';
import { until } from '../support/until.ts';
import { distinctBodies, gatewayWorld, type Told } from './gateway-world.ts';

const provider = await literalServer();
after(() => provider.close());

type World = Awaited<ReturnType<typeof gatewayWorld>>;
const bodyOf = distinctBodies();
function ask(world: World, key: string | undefined, body: object, headers: object = {}) {
  return fetch(`${world.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { ...(key && { authorization: `Bearer ${key}` }), ...headers },
    body: JSON.stringify(body),
  });
}

describe('keys of the gateway', () => {
  let world: World;
  before(async () => {
    world = await gatewayWorld(provider.baseUrl, () => ({
      async goOn({ request }) {
        if (!request.isBackground) throw new Error('no workflow is expected');
      },
    }));
    provider.answer(literally(200, completion('hi')));
  });
  after(() => world.close());

  test('without any, everybody is served; from the first on nobody without', async () => {
    assert.equal((await ask(world, undefined, bodyOf())).status, 200);
    const { key } = await world.keys.add('acme', {});
    const refused = await ask(world, undefined, bodyOf());
    assert.equal(refused.status, 401);
    const told = (await refused.json()) as Told;
    assert.deepEqual(
      [told.error.code, told.error.type],
      ['InvalidCredentials', 'authentication_error'],
    );
    assert.equal((await ask(world, `${key}x`, bodyOf())).status, 401);
    assert.equal((await ask(world, key, bodyOf())).status, 200);
    const native = await fetch(`${world.url}/anthropic/v1/messages`, {
      ...{ method: 'POST', headers: { 'x-api-key': key }, body: '{"model":"claude"}' },
    });
    assert.notEqual(native.status, 401);
  });

  test('a key that is revoked is refused, and stored is only its hash', async () => {
    const { id, key } = await world.keys.add('acme', {});
    assert.equal((await ask(world, key, bodyOf())).status, 200);
    assert.equal(await world.keys.revoke(id), true);
    assert.equal(await world.keys.revoke(id), false);
    assert.equal((await ask(world, key, bodyOf())).status, 401);
    assert.equal(JSON.stringify(await world.keys.list()).includes(key), false);
  });

  test('another tenant‘s idempotency key is another call', async () => {
    const acme = await world.keys.add('acme', {});
    const globex = await world.keys.add('globex', {});
    provider.answer(literally(200, completion('for acme')));
    const body = bodyOf();
    const headers = { 'idempotency-key': 'shared-name' };
    assert.match(await (await ask(world, acme.key, body, headers)).text(), /for acme/);
    provider.answer(literally(200, completion('for globex')));
    const other = await ask(world, globex.key, body, headers);
    assert.match(await other.text(), /for globex/);
    assert.equal(other.headers.get('idempotent-replayed'), null);
  });

  test('what the provider keeps for all is not read by one of several tenants', async () => {
    const { key } = await world.keys.add('acme', {});
    await world.keys.add('globex', {});
    provider.answer(literally(200, { data: [] }));
    const asked = async (path: string, method: string) => {
      const headers = { authorization: `Bearer ${key}` };
      return (await fetch(`${world.url}/openai/v1${path}`, { method, headers })).status;
    };
    assert.equal(await asked('/chat/completions?limit=100', 'GET'), 403);
    assert.equal(await asked('/files/file-1', 'DELETE'), 403);
    assert.equal(provider.seen.length, 0);
    assert.equal(await asked('/models', 'GET'), 200);
    assert.equal(await asked('/images/generations', 'POST'), 200);
  });

  test('a model that the key may not use is 403, before anything is sent', async () => {
    const { key } = await world.keys.add('lab', { models: ['ollama:*', 'openai:gpt-4o-mini'] });
    provider.answer(literally(200, completion('hi')));
    const refused = await ask(world, key, bodyOf());
    assert.equal(refused.status, 403);
    assert.match(((await refused.json()) as Told).error.message, /may not use openai:gpt-4o/);
    assert.equal((await ask(world, key, bodyOf({ model: 'openai:gpt-4o-mini' }))).status, 200);
    assert.equal(provider.seen.length, 1);
  });

  test('requests a minute: the one too many is told when to come back, of twenty at once too', async () => {
    const { key } = await world.keys.add('busy', { requestsPerMinute: 5 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(world, key, bodyOf())));
    const served = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    // The minute may turn in between.
    assert.ok(served.length === 5 || served.length === 10, String(served.length));
    assert.equal(served.length + refused.length, 20);
    const waitMs = Number(refused[0]?.headers.get('retry-after-ms'));
    assert.ok(waitMs > 0 && waitMs <= 60_000, String(waitMs));
    assert.equal(refused[0]?.headers.get('x-should-retry'), null);
  });

  test('minutes long ago are forgotten, days are not', async () => {
    const once = { requests: 1, tokens: 1, costNano: 1 };
    const windows = ['minute/29401000', 'minute/29401234', 'day/2025-11-25'];
    for (const window of windows) await world.keys.use('pruned', window, once);
    await world.keys.pruneUse(29_401_234 * 60_000);
    const counted = await Promise.all(
      windows.map(async (window) => (await world.keys.use('pruned', window, once)).requests),
    );
    assert.deepEqual(counted, [1, 2, 2]);
  });

  test('a budget is what was used, not what was estimated; used up, it is no wait', async () => {
    // 11 tokens at 2.50 and 7 at 10.00 a million: 0.0000975 usd an answer.
    const { key } = await world.keys.add('poor', {
      budget: { amount: '0.000250', currency: 'usd', per: 'day' },
    });
    const small = () => ask(world, key, bodyOf({ max_tokens: 1 }));
    assert.equal((await small()).status, 200);
    assert.equal((await small()).status, 200);
    const third = await small();
    assert.equal(third.status, 429);
    const { error } = (await third.json()) as Told;
    assert.equal(error.code, 'QuotaExhausted');
    assert.match(error.message, /budget of 0.000250 usd a day is used up/);
    assert.equal(third.headers.get('x-should-retry'), 'false');
  });

  test('an answer that counts no tokens is taken at its estimate', async () => {
    const { key } = await world.keys.add('uncounted', {
      budget: { amount: '0.000250', currency: 'usd', per: 'day' },
    });
    const { usage: _, ...uncounted } = completion('hi');
    provider.answer(literally(200, uncounted));
    // At most 10 tokens out, at 10.00 a million.
    assert.equal((await ask(world, key, bodyOf({ max_tokens: 10 }))).status, 200);
    assert.equal((await ask(world, key, bodyOf({ max_tokens: 10 }))).status, 429);
  });

  test('a call in the background stands at its estimate until it has ended, elsewhere', async () => {
    const { key } = await world.keys.add('patient', {
      budget: { amount: '0.000250', currency: 'usd', per: 'day' },
    });
    // 15 tokens out are 0.00015 usd, and two such calls are too much.
    const inBackground = async (more: object = {}) => {
      const { model, seed } = bodyOf();
      const body = { model, input: `${seed}`, background: true, ...more };
      return fetch(`${world.url}/v1/responses`, {
        ...{ method: 'POST', headers: { authorization: `Bearer ${key}` } },
        body: JSON.stringify({ max_output_tokens: 15, ...body }),
      });
    };
    const first = await inBackground();
    const id = first.headers.get('x-request-id') ?? '';
    assert.equal((await inBackground()).status, 429);
    const usage = { inputTokens: 4, outputTokens: 1 };
    const head = { status: 200, headers: {}, usage };
    const used = { attempts: 1, possiblyBilled: 0 };
    await world.store.answered(id, head, Buffer.from('{"id":"resp_1"}'), used);
    await settleAllEnded(world);
    const second = await inBackground();
    assert.equal(second.status, 200);
    // One that fails unbilled costs nothing; one that may be billed stays.
    const failure = { type: 'ServerError', message: 'no', status: 502 } as const;
    await world.store.failed(second.headers.get('x-request-id') ?? '', failure, used);
    await Promise.all([settleAllEnded(world), settleAllEnded(world)]);
    const third = await inBackground();
    assert.equal(third.status, 200);
    const billed = { attempts: 1, possiblyBilled: 1 };
    await world.store.failed(third.headers.get('x-request-id') ?? '', failure, billed);
    await settleAllEnded(world);
    assert.equal((await inBackground()).status, 429);
  });

  test('a call that failed elsewhere, and is made again before that was settled, is charged once', async (t) => {
    const strict = await gatewayWorld(provider.baseUrl, () => ({
      ...{ once: { claims: false }, goOn: async () => {} },
    }));
    t.after(() => strict.close());
    // An estimate is about 0.00015 usd: there is room for two.
    const { key } = await strict.keys.add('again', {
      budget: { amount: '0.000400', currency: 'usd', per: 'day' },
    });
    const call = (name: string) =>
      fetch(`${strict.url}/v1/responses`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'idempotency-key': name },
        body: '{"model":"openai:gpt-4o","input":"hi","background":true,"max_output_tokens":15}',
      });
    const id = (await call('again')).headers.get('x-request-id') ?? '';
    const failure = { type: 'ServerError', message: 'no', status: 502 } as const;
    await strict.store.failed(id, failure, { attempts: 1, possiblyBilled: 0 });
    assert.notEqual((await call('again')).headers.get('x-request-id'), id);
    assert.equal((await call('another')).status, 200);
    assert.equal((await call('third')).status, 429);
  });

  test('a stream that its client leaves before its end is not free', async () => {
    const { key } = await world.keys.add('leaver', {
      budget: { amount: '0.000250', currency: 'usd', per: 'day' },
    });
    let isCut = false;
    provider.answer((_, response) => {
      response.once('close', () => {
        isCut = true;
      });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[{"index":0,"delta":{"content":"all of it"}}]}\n\n');
    });
    const hangUp = new AbortController();
    const left = await fetch(`${world.url}/v1/chat/completions`, {
      ...{ method: 'POST', headers: { authorization: `Bearer ${key}` }, signal: hangUp.signal },
      body: JSON.stringify(bodyOf({ stream: true, max_tokens: 15 })),
    });
    await left.body?.getReader().read();
    hangUp.abort();
    await until(async () => isCut || undefined);
    await sleep(50);
    assert.equal((await ask(world, key, bodyOf({ max_tokens: 15 }))).status, 429);
  });

  test('what is paid for is given again also when the budget is used up', async () => {
    const { key } = await world.keys.add('spent', {
      budget: { amount: '0.000100', currency: 'usd', per: 'day' },
    });
    provider.answer(literally(200, completion('paid')));
    const body = bodyOf({ max_tokens: 1 });
    const headers = { 'idempotency-key': 'spent-1' };
    assert.equal((await ask(world, key, body, headers)).status, 200);
    const again = await ask(world, key, body, headers);
    assert.deepEqual([again.status, again.headers.get('idempotent-replayed')], [200, 'true']);
    assert.equal((await ask(world, key, bodyOf({ max_tokens: 1 }))).status, 429);
    assert.equal(provider.seen.length, 1);
  });

  test('a call that fails costs its key nothing', async () => {
    const { key } = await world.keys.add('unlucky', {
      budget: { amount: '0.000250', currency: 'usd', per: 'month' },
    });
    provider.answer(literally(400, { error: { message: 'no' } }));
    for (let nth = 0; nth < 4; nth += 1) {
      assert.equal((await ask(world, key, bodyOf({ max_tokens: 1 }))).status, 400);
    }
    const unpriced = await ask(world, key, bodyOf({ model: 'openai:unknown', max_tokens: 1 }));
    assert.match(((await unpriced.json()) as Told).error.message, /no price in usd/);
  });
});
