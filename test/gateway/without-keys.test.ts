import assert from 'node:assert/strict';
import { type OutgoingHttpHeaders, request } from 'node:http';
import { after, beforeEach, describe, test } from 'node:test';
import { completion, literally, literalServer } from '../calls/literal-server.ts';
import { distinctBodies, gatewayWorld, type Told } from './gateway-world.ts';

const provider = await literalServer();
const world = await gatewayWorld(provider.baseUrl, () => ({ maximumBodyBytes: 2000 }));
after(async () => {
  await world.close();
  await provider.close();
});

const bodyOf = distinctBodies();
function ask(body: object, headers: Readonly<Record<string, string>> = {}) {
  return fetch(`${world.url}/v1/chat/completions`, {
    ...{ method: 'POST', headers, body: JSON.stringify(body) },
  });
}

describe('a hostile client', () => {
  beforeEach(() => provider.answer(literally(200, completion('hi'))));

  test('a body that is too large, with its length said and without, is 413', async () => {
    assert.equal((await ask(bodyOf({ user: 'x'.repeat(3000) }))).status, 413);
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from(`{"model":"openai:gpt-4o","user":"${'x'.repeat(3000)}"}`));
        controller.close();
      },
    });
    const chunked = await fetch(`${world.url}/v1/chat/completions`, {
      ...{ method: 'POST', body: stream, duplex: 'half' },
    } as RequestInit);
    assert.equal(chunked.status, 413);
  });

  test('whatever is sent, the answer has a status and one of our types', async () => {
    const bodies = [
      '',
      '{',
      '[]',
      'null',
      '{"model":1}',
      '{"model":""}',
      '\u0000',
      '{"model":"x:"}',
    ];
    const paths = [
      '/v1/chat/completions',
      '/v1/nothing',
      '/nobody/v1/x',
      '/',
      '/v1/%00',
      '/openai',
    ];
    for (const path of paths) {
      for (const body of bodies) {
        const answer = await fetch(`${world.url}${path}`, { method: 'POST', body });
        const { error } = (await answer.json()) as Told;
        assert.ok(answer.status >= 400 && answer.status < 500, `${path} ${body}: ${answer.status}`);
        assert.deepEqual(Object.keys(error), ['message', 'type', 'param', 'code']);
        assert.match(error.code, /^(InvalidRequest|ModelNotFound)$/);
      }
    }
  });

  test('an idempotency key without end is 400', async () => {
    const answer = await ask(bodyOf(), { 'idempotency-key': 'k'.repeat(300) });
    assert.equal(answer.status, 400);
  });

  test('without keys, only names of this machine, and those configured, are answered to', async () => {
    const asked = (path: string, headers: OutgoingHttpHeaders) =>
      new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
        const options = { port: world.port, path, method: path === '/v1/models' ? 'GET' : 'POST' };
        request({ ...options, headers }, (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          answer.on('end', () => resolve({ status: answer.statusCode, text }));
        })
          .on('error', reject)
          .end(path === '/v1/models' ? undefined : JSON.stringify(bodyOf()));
      });
    const ours = ['localhost', 'LOCALHOST:8484', '127.0.0.1:1', '[::1]:8484', 'proxy.internal:80'];
    const others = ['evil.example:8484', 'localhost.evil.example', '127.0.0.1.evil.example'];
    const odd = ['', '[::1', 'proxy.internal.', 'x@localhost'];
    for (const path of ['/v1/chat/completions', '/openai/v1/chat/completions', '/v1/models']) {
      for (const host of ours) {
        assert.equal((await asked(path, { host })).status, 200, `${path} ${host}`);
      }
      const before = provider.seen.length;
      for (const host of [...others, ...odd]) {
        const { status } = await asked(path, { host, origin: `http://${host}` });
        assert.ok(status === 403 || status === 400, `${path} ${host}: ${status}`);
      }
      assert.equal(provider.seen.length, before);
    }
    const { status, text } = await asked('/v1/models', { host: 'evil.example' });
    assert.deepEqual(
      [status, JSON.parse(text).error],
      [
        403,
        {
          message:
            'a gateway that asks for no key answers to localhost alone, and this request is for "evil.example"; name that in HOLDFAST_GATEWAY_HOSTS, or make a key with `holdfast keys add`',
          type: 'permission_error',
          param: null,
          code: 'PermissionDenied',
        },
      ],
    );
    // Who has a key may come by any name.
    const { key } = await world.keys.add('acme', {});
    const authorization = `Bearer ${key}`;
    assert.equal((await asked('/v1/models', { host: 'evil.example', authorization })).status, 200);
  });
});
