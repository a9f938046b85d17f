import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSweeper } from '../../src/gateway/run/sweep.ts';
import type { StoredRequest } from '../../src/gateway/store/stored-request.ts';
import { createLogger } from '../../src/worker/create-logger.ts';
import { completion, literally, literalServer } from '../calls/literal-server.ts';
import { until } from '../support/until.ts';
import { gatewayWorld } from './gateway-world.ts';

const provider = await literalServer();
let started: StoredRequest[] = [];
let isDatabaseAway = false;
/** What a record waits for before it is written. */
let beforeBegin = async () => {};
const world = await gatewayWorld(provider.baseUrl, ({ store }) => ({
  goOn: async (row) => void started.push(row),
  keepAliveMs: 30,
  store: {
    ...store,
    begin: (request) => beforeBegin().then(() => store.begin(request)),
    answered: (...answer) =>
      isDatabaseAway
        ? Promise.reject(new Error('the database is away'))
        : store.answered(...answer),
    clientGone: (...gone) =>
      isDatabaseAway
        ? Promise.reject(new Error('the database is away'))
        : store.clientGone(...gone),
  },
}));
after(async () => {
  await world.close();
  await provider.close();
});
/** Requests that the provider has not answered yet. */
let held: ServerResponse[] = [];
beforeEach(() => {
  started = [];
  held = [];
  provider.answer((_, response) => void held.push(response));
});
const heldOnes = (count: number) => until(async () => held.length === count || undefined);

const event = (choice: object) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`;
const end = event({ delta: {}, finish_reason: 'stop' });

/** A client that can hang up. */
function ask(body: object, headers: Readonly<Record<string, string>> = {}) {
  const hangUp = new AbortController();
  const answer = fetch(`${world.url}/v1/chat/completions`, {
    ...{ method: 'POST', headers, signal: hangUp.signal },
    body: JSON.stringify({ model: 'openai:gpt-4o', messages: [], ...body }),
  });
  answer.catch(() => {});
  return { answer, hangUp: () => hangUp.abort() };
}
const retry = (count: number) => ({ 'x-stainless-retry-count': String(count) });
const isLost = (words: string) => until(async () => (await world.isAbandoned(words)) || undefined);
const isWaitedFor = (words: string) =>
  until(async () => !(await world.isAbandoned(words)) || undefined);

describe('a client whose connection is lost', () => {
  test('twice gets the one answer at its third try', async () => {
    const body = { user: 'lost twice' };
    const first = ask(body);
    await heldOnes(1);
    first.hangUp();
    await isLost('lost twice');
    const second = ask(body, retry(1));
    await isWaitedFor('lost twice');
    second.hangUp();
    await isLost('lost twice');
    const third = ask(body, retry(2));
    await isWaitedFor('lost twice');
    for (const each of held) literally(200, completion('paid once'))(null as never, each, '');
    assert.match(await (await third.answer).text(), /paid once/);
    assert.equal(provider.seen.length, 1);
  });

  test('and whose stream then breaks off is not left waiting: the call goes on', async () => {
    const body = { user: 'breaks', stream: true };
    const first = ask(body);
    await heldOnes(1);
    first.hangUp();
    await isLost('breaks');
    const second = ask(body, retry(1));
    await isWaitedFor('breaks');
    held[0]?.writeHead(200, { 'content-type': 'text/event-stream' });
    held[0]?.write(event({ delta: { content: 'a' } }), () => held[0]?.destroy());
    await until(async () => started.length === 1 || undefined);
    const head = { status: 200, headers: { 'content-type': 'text/event-stream' } };
    const used = { attempts: 2, possiblyBilled: 1 };
    await world.store.answered(started[0]?.id ?? '', head, Buffer.from(end), used);
    assert.ok((await (await second.answer).text()).endsWith(end));
  });

  test('while the database is away takes nothing down with it', async () => {
    const unhandled: unknown[] = [];
    const take = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', take);
    isDatabaseAway = true;
    const { hangUp } = ask({ user: 'away' });
    await heldOnes(1);
    hangUp();
    await sleep(50);
    isDatabaseAway = false;
    process.off('unhandledRejection', take);
    assert.deepEqual(unhandled, []);
    await isLost('away');
    literally(200, completion('late'))(null as never, held[0] as never, '');
    provider.answer(literally(200, completion('still here')));
    assert.match(await (await ask({ user: 'other' }).answer).text(), /still here/);
  });
});

test('a comment that keeps a stream alive stands between events, never within one', async () => {
  const { answer } = ask({ user: 'slow', stream: true });
  await heldOnes(1);
  const whole = event({ delta: { content: 'cut in its middle' } });
  held[0]?.writeHead(200, { 'content-type': 'text/event-stream' });
  held[0]?.write(`${event({ delta: { content: 'a' } })}${whole.slice(0, 30)}`);
  await sleep(150);
  held[0]?.write(whole.slice(30));
  await sleep(150);
  held[0]?.end(end);
  const text = await (await answer).text();
  assert.ok(text.includes(whole), text);
  assert.ok(text.includes(': waiting\n\n'), text);
});

test('another query, or another method, is another request', async () => {
  provider.answer((request, response) => {
    const status = request.url?.endsWith('?page=1') ? 404 : 200;
    literally(status, { asked: `${request.method} ${request.url}` })(request, response, '');
  });
  const asked = async (path: string, method = 'GET') =>
    (await fetch(`${world.url}/openai/v1/things${path}`, { method })).status;
  assert.equal(await asked('?page=1'), 404);
  assert.equal(await asked('?page=2'), 200);
  assert.equal(await asked('', 'DELETE'), 200);
});

test('an answer that comes while the database is away is recorded when it is back, and given', async () => {
  const body = { user: 'paid' };
  const headers = { 'idempotency-key': 'paid' };
  const first = ask(body, headers);
  await heldOnes(1);
  isDatabaseAway = true;
  literally(200, completion('paid once'))(null as never, held[0] as never, '');
  await sleep(300);
  isDatabaseAway = false;
  assert.match(await (await first.answer).text(), /paid once/);
  assert.match(await (await ask(body, headers).answer).text(), /paid once/);
  assert.equal(provider.seen.length, 1);
});

test('a call that goes on without its client keeps the gateway from being idle', async () => {
  await world.idle();
  const { hangUp } = ask({ user: 'goes on' }, { 'idempotency-key': 'goes-on' });
  await heldOnes(1);
  hangUp();
  await isLost('goes on');
  let isIdle = false;
  const idle = world.idle().then(() => {
    isIdle = true;
  });
  await sleep(30);
  assert.equal(isIdle, false);
  literally(200, completion('late'))(null as never, held[0] as never, '');
  await idle;
});

test('a client that leaves while its record is written is known to be gone', async () => {
  let writeNow = () => {};
  let isWriting = false;
  beforeBegin = () =>
    new Promise((resolve) => {
      isWriting = true;
      writeNow = resolve;
    });
  const { hangUp } = ask({ user: 'left early' });
  await until(async () => isWriting || undefined);
  hangUp();
  await sleep(50);
  beforeBegin = async () => {};
  writeNow();
  await isLost('left early');
  const again = ask({ user: 'left early' }, retry(1));
  await isWaitedFor('left early');
  await heldOnes(1);
  literally(200, completion('found'))(null as never, held[0] as never, '');
  assert.match(await (await again.answer).text(), /found/);
  assert.equal(provider.seen.length, 1);
});

test('a page of another site is refused where no key is asked for', async () => {
  provider.answer(literally(200, completion('hi')));
  const from = async (origin: string) =>
    (await ask({ user: origin }, { origin, 'content-type': 'text/plain' }).answer).status;
  assert.equal(await from('https://evil.example'), 403);
  assert.equal(await from('null'), 403);
  assert.equal(await from('http://localhost:3000'), 200);
});

test('neither learns the other’s: the client’s key stays here, and the account’s name', async () => {
  let seen = '';
  provider.answer((request, response) => {
    seen = request.url ?? '';
    response.setHeader('openai-organization', 'org-of-the-operator');
    response.setHeader('openai-processing-ms', '7');
    literally(200, {})(request, response, '');
  });
  const answer = await fetch(`${world.url}/google/v1/things?a=1&key=hf_secret&b=2`);
  assert.match(seen, /\/things\?a=1&b=2$/);
  const told = ['openai-organization', 'openai-processing-ms'].map((name) =>
    answer.headers.get(name),
  );
  assert.deepEqual(told, [null, '7']);
});

test('a method that the path does not take is told, and nothing is sent', async () => {
  const asked = (path: string) =>
    fetch(`${world.url}${path}`, { method: 'PUT', body: '{"model":"openai:gpt-4o"}' });
  assert.equal((await asked('/v1/chat/completions')).status, 405);
  assert.equal(provider.seen.length, 0);
});

test('a timeout of a fraction of a millisecond is one', async () => {
  provider.answer(literally(200, completion('in time')));
  const { answer } = ask({ user: 'fraction' }, { 'x-stainless-timeout': '20.12345' });
  assert.equal((await answer).status, 200);
});

test('after a time in which nobody could renew a lease, none is taken for dead at once', async () => {
  let nowMs = 0;
  let looks = 0;
  const sweep = createSweeper({
    store: {
      takeOver: async () => {
        looks += 1;
        return [];
      },
      running: async () => [],
      read: async () => undefined,
    },
    goOn: async () => {},
    log: createLogger({ level: 'silent' }),
    now: () => nowMs,
  });
  const sweepAt = async (atMs: number) => {
    nowMs = atMs;
    await sweep();
    return looks;
  };
  assert.equal(await sweepAt(2000), 1);
  assert.equal(await sweepAt(4000), 2);
  assert.equal(await sweepAt(34_000), 2);
  assert.equal(await sweepAt(36_000), 2);
  assert.equal(await sweepAt(38_000), 3);
});
