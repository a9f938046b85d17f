import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import {
  type KeyedEndpoint,
  type KeyedEndpointOptions,
  startKeyedEndpoint,
} from '../../../dev/sandbox/keyed-endpoint.ts';
import {
  cut,
  hang,
  lost,
  pass,
  raw,
  reset,
  type WireFault,
} from '../../../dev/sandbox/wire-fault.ts';
import { runOnce } from '../../../src/effects/once/run-once.ts';
import {
  type HttpEffectOptions,
  httpEffect,
} from '../../../src/effects/targets/http/http-effect.ts';
import { until } from '../../support/until.ts';
import { failureOf } from '../once/expect-failure.ts';
import { temporaryLedger } from '../once/temporary-ledger.ts';

const ledger = temporaryLedger();
type Input = { readonly to: string; readonly note?: string };
type Thing = { readonly id: string; readonly to: string };
type Options = HttpEffectOptions<Input, Thing>;
const thing = z.object({ id: z.string(), to: z.string() });

async function endpointWith(
  t: { after: (cleanup: () => Promise<void>) => void },
  faults: readonly WireFault[] = [],
  more: KeyedEndpointOptions = {},
): Promise<KeyedEndpoint> {
  const endpoint = await startKeyedEndpoint({ faults: (nth) => faults[nth - 1] ?? pass, ...more });
  t.after(() => endpoint.stop());
  return endpoint;
}

const thingEffect = (endpoint: KeyedEndpoint, more: Partial<Options> = {}) =>
  httpEffect<Input, Thing>({
    name: 'thing',
    target: 'things',
    baseUrl: endpoint.origin,
    headers: { authorization: 'Bearer secret' },
    input: z.object({ to: z.string(), note: z.string().exactOptional() }),
    result: thing,
    identity: ({ to }) => ({ to }),
    request: (input) => ({ path: '/things', body: { ...input } }),
    keyWindowMs: 60_000,
    ...more,
  });

const make = (
  endpoint: KeyedEndpoint,
  workflowId: string,
  more: Partial<Options> = {},
  input: Input = { to: 'ada' },
  requestTimeoutMs = 10_000,
) =>
  runOnce(ledger(), thingEffect(endpoint, more), { scope: 'test', workflowId }, input, {
    requestTimeoutMs,
  });

const posts = ({ requests }: KeyedEndpoint) =>
  requests.filter(({ method }) => method === 'POST').length;
const status = (code: number, body: unknown = {}, headers = {}): WireFault => ({
  ...{ kind: 'status', status: code, body, headers },
});

test('one request makes it; what the schema keeps of the answer is stored and replayed', async (t) => {
  const endpoint = await endpointWith(t);
  const first = await make(endpoint, 'plain', {}, { to: 'ada', note: 'hi' });
  assert.deepEqual(first.result, { id: 'thing-1', to: 'ada' });
  assert.equal(first.key, 'test/plain:thing');
  assert.equal(endpoint.requests[0]?.requestId, 'test/plain:thing');
  assert.deepEqual(endpoint.things, [{ id: 'thing-1', to: 'ada', note: 'hi' }]);
  assert.equal((await make(endpoint, 'plain')).replayed, true);
  assert.equal(endpoint.requests.length, 1);
});

test('credentials are sent and never stored', async (t) => {
  const endpoint = await endpointWith(t);
  await make(endpoint, 'secret');
  const row = await ledger().read({ key: 'test/secret:thing' });
  assert.equal(row?.request, '{"path":"/things","body":{"to":"ada"}}');
});

test("the draft's own form of the key is in quotation marks", async (t) => {
  const endpoint = await endpointWith(t);
  await make(endpoint, 'quoted', { keyFormat: 'structured' });
  assert.equal(endpoint.requests[0]?.requestId, '"test/quoted:thing"');
});

/** What the first request meets; what the attempt says; whether a second attempt makes it. */
const transient: readonly (readonly [string, WireFault, object])[] = [
  ['429', status(429, {}, { 'retry-after': '2' }), { type: 'RateLimited', retryAfterMs: 2000 }],
  ['425', status(425), { type: 'Overloaded', status: 425 }],
  ['408', status(408), { type: 'Timeout', status: 408 }],
  ['500', status(500), { type: 'ServerError', status: 500 }],
  ['503', status(503, 'busy'), { type: 'Overloaded', status: 503 }],
  ['401', status(401), { type: 'InvalidCredentials', status: 401 }],
  ['403', status(403), { type: 'PermissionDenied', status: 403 }],
  ['409 in flight', status(409), { type: 'EffectInProgress', status: 409 }],
  ['a reset', reset, { type: 'ConnectionFailed', sent: undefined }],
  ['a lost answer', lost, { type: 'ConnectionFailed', sent: undefined }],
  ['a cut answer', cut, { type: 'ConnectionFailed', sent: undefined }],
  ['no answer in time', hang, { type: 'Timeout' }],
  ['a 200 that is no JSON', raw('<html>'), { type: 'MalformedResponse' }],
  [
    '400 about the key',
    status(400, { title: 'Idempotency-Key is missing' }),
    { type: 'InvalidRequest', status: 400 },
  ],
];

for (const [name, fault, expected] of transient) {
  test(`${name}: one request an attempt, the same key later, one thing`, async (t) => {
    const endpoint = await endpointWith(t, [fault]);
    const workflowId = `transient-${name.replace(/\W/g, '-')}`;
    const timeoutMs = fault === hang ? 300 : undefined;
    const failure = await failureOf(make(endpoint, workflowId, {}, undefined, timeoutMs));
    assert.deepEqual({ ...failure, ...expected }, failure);
    assert.equal(posts(endpoint), 1);
    assert.equal((await make(endpoint, workflowId)).result.to, 'ada');
    assert.equal(posts(endpoint), 2);
    assert.equal(endpoint.things.length, 1);
  });
}

for (const code of [400, 404, 410, 422]) {
  test(`${code} is a definitive no: stored, and replayed without a request`, async (t) => {
    const endpoint = await endpointWith(t, [status(code, { code: 'bad_address' })]);
    const first = await failureOf(make(endpoint, `refused-${code}`));
    assert.equal(first.type, 'EffectRefused');
    assert.equal(first.reason, 'bad_address');
    assert.equal(first.providerRequestId, 'req-1');
    assert.deepEqual(await failureOf(make(endpoint, `refused-${code}`)), { ...first, sent: false });
    assert.equal(posts(endpoint), 1);
  });
}

test('two at once with one key at the target: 409 for the second, then the same thing', async (t) => {
  const endpoint = await endpointWith(t, [], { executionMs: 2000 });
  const failure = await failureOf(make(endpoint, 'in-flight', {}, undefined, 300));
  assert.equal(failure.type, 'Timeout');
  assert.equal((await failureOf(make(endpoint, 'in-flight'))).type, 'EffectInProgress');
  const done = await until(() => make(endpoint, 'in-flight').catch(() => undefined));
  assert.equal(done.result.id, 'thing-1');
  assert.equal(endpoint.things.length, 1);
});

test('422, the key came with another payload: unknown, and a look-up may clear it', async (t) => {
  const endpoint = await endpointWith(t);
  await fetch(`${endpoint.origin}/things`, {
    method: 'POST',
    headers: { 'idempotency-key': 'test/reused:thing' },
    body: '{"to":"eve"}',
  });
  const failure = await failureOf(make(endpoint, 'reused'));
  assert.equal(failure.type, 'EffectUnknown');
  assert.equal(failure.reason, 'IdempotencyKeyReused, and nothing was found');
  const { result } = await make(endpoint, 'reused', {
    lookUp: async () => ({ id: 'x', to: 'ada' }),
  });
  assert.equal(result.id, 'x');
  assert.equal(posts(endpoint), 2);
});

test('a bare 422 after an attempt in doubt may be about the key: unknown, not refused', async (t) => {
  const endpoint = await endpointWith(t, [lost, status(422, { code: 'bad_address' })]);
  await failureOf(make(endpoint, 'bare-422'));
  assert.equal((await failureOf(make(endpoint, 'bare-422'))).type, 'EffectUnknown');
});

test('a redirect and an answer over the cap are failures, one request each', async (t) => {
  const moved = status(307, {}, { location: '/things' });
  const endpoint = await endpointWith(t, [moved, raw(`"${'x'.repeat(1024 * 1024)}"`)]);
  assert.equal((await failureOf(make(endpoint, 'moved'))).reason, 'a redirect');
  assert.equal((await failureOf(make(endpoint, 'large'))).reason, 'the answer is too large');
  assert.equal(posts(endpoint), 2);
});

test('a look-up that fails leaves it in doubt, and is asked again', async (t) => {
  const endpoint = await endpointWith(t, [lost]);
  await failureOf(make(endpoint, 'asked', { keyWindowMs: 0 }));
  const asking = (path: string): Partial<Options> => ({
    keyWindowMs: 0,
    async lookUp(_context, target) {
      const { body } = await target({ path }, { signal: AbortSignal.timeout(500) });
      return z.array(thing).parse(body)[0];
    },
  });
  const failure = await failureOf(make(endpoint, 'asked', asking('/nowhere')));
  assert.equal(failure.type, 'InvalidRequest');
  assert.deepEqual((await make(endpoint, 'asked', asking('/things'))).result, {
    id: 'thing-1',
    to: 'ada',
  });
  assert.equal(posts(endpoint), 1);
});

test('a deploy that changes the body of a request in flight sends the first one again', async (t) => {
  const endpoint = await endpointWith(t, [lost]);
  await failureOf(make(endpoint, 'deploy', {}, { to: 'ada', note: 'old words' }));
  await make(endpoint, 'deploy', {}, { to: 'ada', note: 'new words' });
  assert.deepEqual(endpoint.things, [{ id: 'thing-1', to: 'ada', note: 'old words' }]);
});

test('beyond the key window: unknown without a look-up, found with one, never sent again', async (t) => {
  const endpoint = await endpointWith(t, [lost, lost]);
  await failureOf(make(endpoint, 'window-blind', { keyWindowMs: 0 }));
  endpoint.forgetKeys();
  const failure = await failureOf(make(endpoint, 'window-blind', { keyWindowMs: 0 }));
  assert.equal(failure.type, 'EffectUnknown');
  const lookUp: Options['lookUp'] = async ({ input, signal }, target) => {
    const { body } = await target({ path: '/things' }, { signal });
    return z
      .array(thing)
      .parse(body)
      .findLast(({ to }) => to === input.to);
  };
  await failureOf(make(endpoint, 'window', { keyWindowMs: 0 }));
  endpoint.forgetKeys();
  assert.equal((await make(endpoint, 'window', { keyWindowMs: 0, lookUp })).result.id, 'thing-2');
  assert.equal(posts(endpoint), 2);
  assert.equal(endpoint.things.length, 2);
});

test('a 2xx that is another result: unknown, for a person to look at', async (t) => {
  const endpoint = await endpointWith(t, [raw('{"ok":true}')]);
  assert.equal((await failureOf(make(endpoint, 'shape'))).type, 'EffectUnknown');
});

test('a path out of the base URL is refused with zero requests', async (t) => {
  const endpoint = await endpointWith(t);
  for (const path of ['/../admin', 'things', '@evil.example/']) {
    const failure = await failureOf(
      make(endpoint, `path-${path.replace(/\W/g, '')}`, {
        baseUrl: `${endpoint.origin}/v1`,
        request: () => ({ path, body: {} }),
      }),
    );
    assert.equal(failure.reason, 'outside the base URL');
    assert.equal(failure.sent, false);
  }
  assert.equal(endpoint.requests.length, 0);
});
