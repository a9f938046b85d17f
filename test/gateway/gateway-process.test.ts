import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { Webhook } from 'standardwebhooks';
import { freePort } from '../../src/servers/free-port.ts';
import { completion, literally, literalServer } from '../calls/literal-server.ts';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { until } from '../support/until.ts';
import { backgroundProvider } from './background-provider.ts';
import { gatewayProcesses } from './gateway-processes.ts';
import { realBatches } from './real-batches.ts';
import { realClients } from './real-clients.ts';

// Gateway, worker and Temporal as processes of their own: what happens when the gateway dies, no test
// inside it can show.

const cleanups = new AsyncDisposableStack();
after(() => cleanups.disposeAsync());
const world = await gatewayProcesses(cleanups);
const { provider, env, startGateway } = world;
let gateway = await startGateway();
let openai = new OpenAI({ baseURL: `${world.url}/v1`, apiKey: 'any' });

const asked = (seed: number) => ({
  ...{ model: 'openai:gpt-4o', seed },
  messages: [{ role: 'user' as const, content: 'Hello' }],
});

const inBackground = { model: 'openai:gpt-4o', input: 'Hello', background: true } as const;
const response = (text: string, status = 'completed') => ({
  ...{ id: 'resp_theirs', object: 'response', status },
  output: [{ type: 'message', content: [{ type: 'output_text', text }] }],
});

// First: once the provider has refused anything, the two that are never answered would fill its gate.
describe('the gateway is killed in the middle of four calls', () => {
  const counts = { keyed: 0, keyless: 0 };
  const streamed = backgroundProvider(['hang']);
  const queued: (() => void)[] = [];
  const options = { headers: { 'idempotency-key': 'killed-1' }, maxRetries: 0 };
  let lost: Promise<unknown>;
  let keyless: Promise<OpenAI.ChatCompletion>;
  let queuedId: string;
  let streamedId: string;

  before(async () => {
    provider.answer((...call) => {
      const [{ method, url }, , body] = call;
      if (method === 'GET' || body.includes('"stream":true')) return streamed.reply(...call);
      if (url?.endsWith('/responses')) {
        return void queued.push(() => literally(200, response('later'))(...call));
      }
      const of = body.includes('"seed":3') ? 'keyed' : 'keyless';
      counts[of] += 1;
      // The first is never answered: its gateway is gone.
      if (counts[of] > 1) literally(200, completion(`${of}, after the kill`))(...call);
    });
    lost = openai.chat.completions.create(asked(3), options);
    lost.catch(() => {});
    // It tries again while the gateway starts, and after.
    keyless = openai.chat.completions.create(asked(5), { maxRetries: 20 });
    keyless.catch(() => {});
    const made = await openai.responses.create(inBackground);
    assert.equal(made.status, 'queued');
    queuedId = made.id;
    const stream = await openai.responses.create({
      ...{ ...inBackground, model: 'background:gpt-4o', stream: true },
    });
    for await (const each of stream) {
      if (each.type === 'response.created') streamedId = each.response.id;
      if (each.type === 'response.output_text.delta') break;
    }
    await until(async () => (counts.keyed === 1 && counts.keyless === 1) || undefined);
    await gateway.stop('SIGKILL');
    // The worker may have begun the queued one, or another gateway does.
    gateway = await startGateway();
  });

  test('a call with a key goes on, and its client asks again', async () => {
    await assert.rejects(lost);
    const again = openai.chat.completions.create(asked(3), options);
    const { data, response } = await again.withResponse();
    assert.equal(data.choices[0]?.message.content, 'keyed, after the kill');
    assert.equal(counts.keyed, 2);
    assert.equal(response.headers.get('x-holdfast-possibly-billed'), '1');
  });

  test('what was said to be queued is answered by the worker, whoever asks for it later', async () => {
    const [answerNow] = await until(async () => (queued.length > 0 ? queued : undefined));
    answerNow?.();
    const done = await until(async () => {
      const standing = await openai.responses.retrieve(queuedId);
      return standing.status === 'completed' ? standing : undefined;
    });
    assert.equal(done.output_text, 'later');
    assert.equal(queued.length, 1);
  });

  test('what the provider runs by itself is read on, and asked for once', async () => {
    const done = await until(async () => {
      const read = await openai.responses.retrieve(streamedId).asResponse();
      const body = (await read.json()) as { readonly status: string };
      return body.status === 'completed' ? read.headers : undefined;
    });
    assert.equal(done.get('x-holdfast-possibly-billed'), '0');
    const theirs = '/responses/resp_of_the_provider';
    assert.deepEqual(streamed.requests, ['POST /responses', `GET ${theirs}?stream=true`]);
  });

  test('a client without a key asks again by itself, two requests in all', async () => {
    assert.equal((await keyless).choices[0]?.message.content, 'keyless, after the kill');
    // As long as a lease, and until it is looked for what its owner left.
    await sleep(6000);
    assert.equal(counts.keyless, 2);
  });
});

test('a failure that passes is not seen by the client: a workflow goes on, and explain tells', async () => {
  let requests = 0;
  provider.answer((...call) => {
    requests += 1;
    if (requests === 1) literally(503, { error: { code: 'server_overloaded' } })(...call);
    else literally(200, completion('at last'))(...call);
  });
  const { data, response } = await openai.chat.completions.create(asked(1)).withResponse();
  assert.equal(data.choices[0]?.message.content, 'at last');
  assert.equal(requests, 2);
  assert.equal(response.headers.get('x-holdfast-attempts'), '2');
  assert.equal(response.headers.get('x-holdfast-possibly-billed'), '0');
  const id = response.headers.get('x-holdfast-workflow') ?? '';
  const { stdout, exitCode } = await runHoldfast(['explain', id], { env });
  assert.equal(exitCode, 0);
  assert.match(stdout, /503 Overloaded/);
  assert.match(stdout, /answered/);
});

test('a failure that turns out to be for good is told, once, with our type', async () => {
  let requests = 0;
  provider.answer((...call) => {
    requests += 1;
    if (requests === 1) literally(503, { error: { code: 'server_overloaded' } })(...call);
    else
      literally(400, { error: { message: 'too long', code: 'context_length_exceeded' } })(...call);
  });
  await assert.rejects(openai.chat.completions.create(asked(2)), {
    status: 400,
    code: 'ContextLengthExceeded',
  });
  assert.equal(requests, 2);
});

test('two gateways and a worker keep to the configured rate of an account together', async () => {
  const port = await freePort();
  const other = await startGateway({ HOLDFAST_GATEWAY_ADDRESS: `127.0.0.1:${port}` });
  const sentMs: number[] = [];
  provider.answer((...call) => {
    sentMs.push(performance.now());
    literally(200, completion('in turn'))(...call);
  });
  const urls = [world.url, `http://127.0.0.1:${port}`];
  const calls = Array.from({ length: 14 }, (_, nth) => {
    const body = JSON.stringify({ ...asked(100 + nth), model: 'limited:gpt-4o' });
    return fetch(`${urls[nth % 2]}/v1/chat/completions`, { method: 'POST', body });
  });
  const statuses = (await Promise.all(calls)).map(({ status }) => status);
  await other.stop('SIGTERM');
  assert.deepEqual(new Set(statuses), new Set([200]));
  assert.equal(sentMs.length, 14);
  // Five a second, and one at once; each gateway by itself would send as many in its first second.
  const [first = 0] = sentMs;
  const inSecond = sentMs.filter((atMs) => atMs - first < 1000).length;
  assert.ok(inSecond <= 7, `${inSecond} in the first second`);
});

realClients(world);
realBatches(world);

test('what the provider runs by itself is asked for once, though the worker dies', async () => {
  const call = { ...inBackground, model: 'background:gpt-4o' } as const;
  // While it waits for the end of one that is no stream.
  const whole = backgroundProvider();
  provider.answer(whole.reply);
  const { id: second } = await openai.responses.create(call);
  await until(async () => whole.requests[1]);
  await world.worker.stop('SIGKILL');
  const before = whole.requests.length;
  whole.ends('completed');
  await world.startWorker();
  // Half a minute, until the worker's silence is noticed: to ask the gateway all the while costs more.
  await until(async () => whole.requests[before]);
  const answered = await until(async () => {
    const standing = await openai.responses.retrieve(second);
    return standing.status === 'completed' ? standing : undefined;
  });
  assert.equal(answered.output_text, 'Grüße ☃');
  assert.equal(whole.asked(), 1);
});

test('the end of a background call is told once, signed, until its receiver says that it has it', async () => {
  const told: { body: string; headers: Record<string, string> }[] = [];
  const receiver = await literalServer();
  cleanups.defer(() => receiver.close());
  receiver.answer((request, answer, body) => {
    told.push({ body, headers: request.headers as Record<string, string> });
    if (told.length === 1) literally(500, {})(request, answer, body);
    // It has it, and its answer is lost.
    else if (told.length === 2) answer.destroy();
    else literally(200, {})(request, answer, body);
  });
  const hook = `http://127.0.0.1:${receiver.port}/hooks?of=acme`;
  const flags = ['--tenant', 'acme', '--webhook', hook, '--json'];
  const { key, webhookSecret } = JSON.parse(
    (await runHoldfast(['keys', 'add', ...flags], { env })).stdout,
  );
  const plain = ['--tenant', 'acme', '--webhook', 'http://acme.example/hooks'];
  const { stderr, exitCode } = await runHoldfast(['keys', 'add', ...plain], { env });
  assert.equal(exitCode, 2);
  assert.match(stderr, /--webhook must be https/);
  openai = new OpenAI({ baseURL: openai.baseURL, apiKey: key, maxRetries: 0 });
  provider.answer(literally(200, response('told')));
  const { id } = await openai.responses.create({ ...inBackground, store: false });
  await until(async () => told[2]);
  for (const { body, headers } of told) {
    const event = await openai.webhooks.unwrap(body, headers, webhookSecret);
    assert.equal(event.type, 'response.completed');
    assert.deepEqual(event.data, { id });
    assert.deepEqual(new Webhook(webhookSecret).verify(body, headers), event);
    assert.equal(headers['webhook-id'], event.id);
  }
  assert.equal(new Set(told.map(({ body }) => body)).size, 1);

  // One that ends in the gateway's own process is told by a workflow all the same.
  provider.answer((_, answer) => {
    answer.writeHead(200, { 'content-type': 'text/event-stream' });
    const data = { type: 'response.incomplete', response: response('half', 'incomplete') };
    answer.end(`event: response.incomplete\ndata: ${JSON.stringify(data)}\n\n`);
  });
  for await (const _ of await openai.responses.create({ ...inBackground, stream: true }));
  await until(async () => told[3]);
  const last = JSON.parse(told[3]?.body ?? '');
  assert.equal(last.type, 'response.incomplete');
  assert.notEqual(last.id, JSON.parse(told[0]?.body ?? '').id);
});

test('SIGTERM lets what is open finish', async () => {
  let answerNow = () => {};
  provider.answer((...call) => {
    answerNow = () => literally(200, completion('drained'))(...call);
  });
  const open = openai.chat.completions.create(asked(4));
  await until(async () => provider.seen[0]);
  const stopped = gateway.stop('SIGTERM', 30_000);
  answerNow();
  assert.equal((await open).choices[0]?.message.content, 'drained');
  await stopped;
  assert.equal(await gateway.exited, 0);
});
