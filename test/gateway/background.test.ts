import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import OpenAI from 'openai';
import type { StoredRequest } from '../../src/gateway/store/stored-request.ts';
import { literally, literalServer } from '../calls/literal-server.ts';
import { until } from '../support/until.ts';
import { gatewayWorld } from './gateway-world.ts';

const provider = await literalServer();
/** What a worker would be given: the test says when, and whether, it answers. */
let started: StoredRequest[] = [];
let stopped: string[] = [];
const world = await gatewayWorld(provider.baseUrl, () => ({
  goOn: async (row) => void started.push(row),
  stop: async (id) => void stopped.push(id),
}));
after(async () => {
  await world.close();
  await provider.close();
});
beforeEach(() => {
  started = [];
  stopped = [];
});

const openai = new OpenAI({ baseURL: `${world.url}/v1`, apiKey: 'any', maxRetries: 0 });
let seed = 0;
const asked = (more: object = {}) => {
  seed += 1;
  return { model: 'openai:gpt-4o', input: `Hello ${seed}`, background: true as const, ...more };
};
const response = (more: object = {}) => ({
  id: 'resp_provider',
  object: 'response',
  status: 'completed',
  output: [
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'done' }] },
  ],
  usage: { input_tokens: 3, output_tokens: 2 },
  ...more,
});
const json = { status: 200, headers: { 'content-type': 'application/json' } };
const used = { attempts: 1, possiblyBilled: 0 };

/** The worker answers the call that was handed to it. */
async function answer(body: object = response()): Promise<void> {
  const { id } = started.at(-1) ?? assert.fail('no workflow was started');
  await world.store.answered(id, json, Buffer.from(JSON.stringify(body)), used);
}
const event = (sequence_number: number, type: string, more: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number, ...more })}\n\n`;
const created = event(0, 'response.created', { response: { id: 'resp_provider' } });
const first = event(1, 'response.output_text.delta', { delta: 'do', item_id: 'msg_1' });
const second = event(2, 'response.output_text.delta', { delta: 'ne', item_id: 'msg_1' });
const completed = event(3, 'response.completed', { response: response() });

describe('a call in the background', () => {
  test('is answered at once, goes on as a workflow, and is read under an id of ours', async () => {
    provider.answer(literally(500, {}));
    const queued = await openai.responses.create(asked({ metadata: { order: '7' } }));
    assert.equal(queued.status, 'queued');
    assert.match(queued.id, /^resp_hf[0-9a-f]{24}$/);
    assert.deepEqual(queued.metadata, { order: '7' });
    assert.equal(provider.seen.length, 0, 'nothing is sent by the gateway itself');
    const sent = Buffer.from(started[0]?.body ?? []).toString('utf8');
    assert.equal(JSON.parse(sent).background, false);
    assert.equal((await openai.responses.retrieve(queued.id)).status, 'in_progress');
    await answer();
    const done = await openai.responses.retrieve(queued.id);
    assert.deepEqual([done.id, done.status, done.output_text], [queued.id, 'completed', 'done']);
  });

  test('asked, read, cancelled and deleted: as docs/gateway.md has it', async () => {
    const { input } = asked();
    const call = { model: 'openai:gpt-4o', input, background: true };
    const { id } = await openai.responses.create(call);
    const { status } = await openai.responses.retrieve(id);
    await openai.responses.cancel(id);
    await openai.responses.delete(id);
    assert.equal(status, 'in_progress');
    await assert.rejects(openai.responses.retrieve(id), { status: 404 });
  });

  test('the same key is the same call: its repeat reads how it stands', async () => {
    const headers = { 'idempotency-key': 'background-1' };
    const body = asked();
    const { id } = await openai.responses.create(body, { headers });
    const again = await openai.responses.create(body, { headers });
    assert.deepEqual([again.id, again.status, started.length], [id, 'in_progress', 1]);
    await answer();
    const done = await openai.responses.create(body, { headers });
    assert.deepEqual([done.id, done.status], [id, 'completed']);
  });

  test('that fails for good says so as a response, by our failure type', async () => {
    const { id } = await openai.responses.create(asked());
    const row = started[0] ?? assert.fail();
    const failure = { type: 'ContextLengthExceeded', message: 'too long', status: 400 } as const;
    await world.store.failed(row.id, failure, used);
    const failed = await openai.responses.retrieve(id);
    assert.equal(failed.status, 'failed');
    assert.deepEqual(failed.error, { code: 'ContextLengthExceeded', message: 'too long' });
  });

  test('is cancelled: an answer that still comes is not kept, and once more changes nothing', async () => {
    const { id } = await openai.responses.create(asked());
    assert.equal((await openai.responses.cancel(id)).status, 'cancelled');
    assert.deepEqual(stopped, [started[0]?.id]);
    await answer();
    assert.equal((await openai.responses.cancel(id)).status, 'cancelled');
    assert.equal(stopped.length, 1);
  });

  test('is deleted, with request and answer', async () => {
    const { id } = await openai.responses.create(asked());
    await answer();
    await openai.responses.delete(id);
    await assert.rejects(openai.responses.retrieve(id), { status: 404 });
    assert.equal(await world.store.read(started[0]?.id ?? ''), undefined);
  });

  test('with store: false nothing is kept once the answer is delivered', async () => {
    const { id } = await openai.responses.create(asked({ store: false }));
    assert.equal((await openai.responses.retrieve(id)).status, 'in_progress');
    await answer();
    assert.equal((await openai.responses.retrieve(id)).status, 'completed');
    const { id: own } = started[0] ?? assert.fail();
    await until(async () => (await world.store.read(own)) === undefined || undefined);
    await assert.rejects(openai.responses.retrieve(id), { status: 404 });
  });

  test('may be gone on from: the provider is told the id that it knows', async () => {
    const { id } = await openai.responses.create(asked());
    await assert.rejects(openai.responses.create(asked({ previous_response_id: id })), {
      status: 400,
      param: 'previous_response_id',
    });
    await answer();
    await openai.responses.create(asked({ previous_response_id: id }));
    const sent = JSON.parse(Buffer.from(started[1]?.body ?? []).toString('utf8'));
    assert.equal(sent.previous_response_id, 'resp_provider');
  });
});

describe('a stream in the background', () => {
  test('comes live under our id; a later reader gets the rest of it from the record', async () => {
    provider.answer((_, reply) => {
      reply.writeHead(200, { 'content-type': 'text/event-stream' });
      // Cut within an event: bytes come as they come.
      reply.write(created + first.slice(0, 9));
      setTimeout(() => reply.end(first.slice(9) + second + completed), 20);
    });
    const stream = await openai.responses.create({ ...asked(), stream: true });
    const events = [];
    for await (const each of stream) events.push(each);
    assert.equal(events.length, 4);
    const id = events[0]?.type === 'response.created' ? events[0].response.id : '';
    assert.match(id, /^resp_hf[0-9a-f]{24}$/);
    assert.equal(JSON.stringify(events).includes('resp_provider'), false);

    const later = await openai.responses.retrieve(id, { stream: true, starting_after: 1 });
    const rest = [];
    for await (const each of later) rest.push(each);
    assert.deepEqual(rest, events.slice(2));
    assert.equal((await openai.responses.retrieve(id)).output_text, 'done');
  });

  test('whoever reads on before its end gets it as it comes, also when its first client is gone', async () => {
    let goOn = () => {};
    provider.answer((_, reply) => {
      reply.writeHead(200, { 'content-type': 'text/event-stream' });
      reply.write(created + first);
      goOn = () => reply.end(second + completed);
    });
    const stream = await openai.responses.create({ ...asked(), stream: true });
    let id = '';
    for await (const each of stream) {
      if (each.type === 'response.created') id = each.response.id;
      if (each.type === 'response.output_text.delta') break;
    }
    const reading = await fetch(`${world.url}/v1/responses/${id}?stream=true&starting_after=0`);
    const reader = reading.body?.getReader() ?? assert.fail();
    let rest = Buffer.from((await reader.read()).value ?? '').toString('utf8');
    assert.equal(rest, first);
    goOn();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      rest += Buffer.from(part.value).toString('utf8');
    }
    assert.equal(rest, (first + second + completed).replaceAll('resp_provider', id));
  });

  test('whose provider breaks off tells so to all who read it', async () => {
    let breakOff = () => {};
    provider.answer((_, reply) => {
      reply.writeHead(200, { 'content-type': 'text/event-stream' });
      reply.write(created + first);
      breakOff = () => reply.destroy();
    });
    const stream = await openai.responses.create({ ...asked(), stream: true });
    let id = '';
    for await (const each of stream) {
      if (each.type === 'response.created') id = each.response.id;
      if (each.type === 'response.output_text.delta') break;
    }
    const reading = await fetch(`${world.url}/v1/responses/${id}?stream=true`);
    breakOff();
    const text = await reading.text();
    assert.ok(text.startsWith((created + first).replaceAll('resp_provider', id)), text);
    assert.match(text, /"code":"ConnectionFailed"/);
  });

  test('cancelled while it comes: the request to the provider ends', async () => {
    provider.answer((_, reply) => {
      reply.writeHead(200, { 'content-type': 'text/event-stream' });
      reply.write(created + first);
    });
    const stream = await openai.responses.create({ ...asked(), stream: true });
    await assert.rejects(
      async () => {
        for await (const each of stream) {
          if (each.type === 'response.created') await openai.responses.cancel(each.response.id);
        }
      },
      { message: /the call was cancelled/ },
    );
    await provider.closed[0];
  });

  test('one that was not made as a stream is not read as one', async () => {
    const { id } = await openai.responses.create(asked());
    await assert.rejects(openai.responses.retrieve(id, { stream: true }), {
      status: 400,
      param: 'stream',
    });
  });
});

test('another tenant finds nothing, whatever it tries; nor does who guesses', async () => {
  const acme = await world.keys.add('acme', {});
  const globex = await world.keys.add('globex', {});
  const clientOf = (apiKey: string) =>
    new OpenAI({ baseURL: `${world.url}/v1`, apiKey, maxRetries: 0 });
  const { id } = await clientOf(acme.key).responses.create(asked());
  const other = clientOf(globex.key);
  const missing = { status: 404, message: `404 there is no response ${id}` };
  await assert.rejects(other.responses.retrieve(id), missing);
  await assert.rejects(other.responses.retrieve(id, { stream: true }), missing);
  await assert.rejects(other.responses.cancel(id), missing);
  await assert.rejects(other.responses.delete(id), missing);
  await assert.rejects(other.responses.create(asked({ previous_response_id: id })), missing);
  await assert.rejects(clientOf(acme.key).responses.retrieve('resp_hf00'), { status: 404 });
  assert.equal((await clientOf(acme.key).responses.retrieve(id)).status, 'in_progress');
});
