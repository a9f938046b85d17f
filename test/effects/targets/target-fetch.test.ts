import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type LoopbackServer, startLoopbackServer } from '../../../dev/sandbox/loopback-server.ts';
import { createTargetFetch } from '../../../src/effects/targets/target-fetch.ts';
import { failureOf } from '../once/expect-failure.ts';

let server: LoopbackServer;
let requests = 0;
before(async () => {
  server = await startLoopbackServer({
    handle: async ({ url, response, hangUp }) => {
      requests += 1;
      if (url.pathname === '/reset') return hangUp();
      if (url.pathname === '/redirect') response.writeHead(302, { location: '/big' });
      if (url.pathname === '/empty-refusal') response.writeHead(404);
      if (url.pathname === '/nothing') response.writeHead(204);
      if (url.pathname === '/cut') {
        response.writeHead(200, { 'content-length': '1000' });
        return void response.write('[', () => hangUp());
      }
      response.end(url.pathname === '/big' ? 'x'.repeat(11) : sizes[url.pathname]);
    },
  });
});
after(() => server.stop());

const sizes: Record<string, string> = { '/ten': 'x'.repeat(10) };
const ask = (path: string, init?: RequestInit) =>
  createTargetFetch({ target: 'target', origin: server.origin, maximumBytes: 10 })(
    `${server.origin}${path}`,
    init,
  );

test('an answer of just the allowed size passes', async () => {
  assert.equal(await (await ask('/ten')).text(), 'xxxxxxxxxx');
});

test('an answer without a body may be one', async () => {
  assert.equal((await ask('/nothing')).status, 204);
  assert.equal((await ask('/empty-refusal')).status, 404);
});

const failing: readonly (readonly [string, object])[] = [
  ['/big', { type: 'MalformedResponse', status: 200, reason: 'the answer is too large' }],
  ['/empty', { type: 'MalformedResponse', status: 200, reason: 'the answer is empty' }],
  ['/redirect', { type: 'InvalidRequest', status: 302, reason: 'a redirect' }],
];

for (const [path, expected] of failing) {
  test(`${path} fails, and is not asked twice`, async () => {
    const asked = requests;
    const { providerRequestId, ...fields } = await failureOf(ask(path));
    assert.equal(providerRequestId, undefined);
    assert.deepEqual(fields, { by: 'target', sent: true, ...expected });
    assert.equal(requests, asked + 1);
  });
}

for (const path of ['/reset', '/cut']) {
  test(`${path}: nobody knows whether it happened`, async () => {
    const { type, sent } = await failureOf(ask(path));
    assert.equal(type, 'ConnectionFailed');
    assert.equal(sent, undefined);
  });
}

const fetchOf = (origin: string) =>
  createTargetFetch({ target: 'target', origin, maximumBytes: 10 });

test('no other origin is asked, whatever a link says', async () => {
  const targetFetch = fetchOf('https://api.example.com');
  const asked = requests;
  const failure = await failureOf(targetFetch(`${server.origin}/ten`));
  assert.equal(failure.reason, 'another origin');
  assert.equal(failure.sent, false);
  assert.equal(requests, asked);
});

test('a name that does not exist: surely nothing was sent', async () => {
  const targetFetch = fetchOf('http://does-not-exist.invalid');
  const failure = await failureOf(targetFetch('http://does-not-exist.invalid/'));
  assert.equal(failure.type, 'ConnectionFailed');
  assert.equal(failure.sent, false);
});

/** A name that leads where the test says; the server listens on 127.0.0.1. */
const askByName = (addresses: readonly string[], more: object = {}) => {
  const { port } = new URL(server.origin);
  const origin = `http://target.example:${port}`;
  const list = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return createTargetFetch({
    target: 'target',
    origin,
    maximumBytes: 10,
    resolve: (_name, _options, done) => done(null, list),
    ...more,
  })(`${origin}/ten`);
};

for (const address of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '::ffff:127.0.0.1']) {
  test(`a public name that leads to ${address} is refused before anything is sent`, async () => {
    const asked = requests;
    const failure = await failureOf(askByName([address]));
    assert.deepEqual(failure, {
      type: 'InvalidRequest',
      by: 'target',
      reason: 'not a public address',
      sent: false,
    });
    assert.equal(requests, asked);
  });
}

test('a private network is reached where it is configured, a link-local address never', async () => {
  assert.equal((await askByName(['127.0.0.1'], { allowPrivate: true })).status, 200);
  const failure = await failureOf(askByName(['169.254.169.254'], { allowPrivate: true }));
  assert.equal(failure.reason, 'not a public address');
});

test('of several addresses only the allowed ones are tried', async () => {
  const answer = await askByName(['169.254.169.254', '127.0.0.1'], { allowPrivate: true });
  assert.equal(answer.status, 200);
});

test('localhost is this machine, said by its name', async () => {
  const { port } = new URL(server.origin);
  const origin = `http://localhost:${port}`;
  const ask = createTargetFetch({ target: 'target', origin, maximumBytes: 10 });
  assert.equal((await ask(`${origin}/ten`)).status, 200);
});
