import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WireFault } from '../../../dev/sandbox/wire-fault.ts';
import { failureOf } from '../once/expect-failure.ts';
import { temporaryLedger } from '../once/temporary-ledger.ts';
import { created, github, issuesPath, open as openTicket, pass } from './ticket-bench.ts';

const ledger = temporaryLedger();
type Rest = Parameters<typeof openTicket> extends [unknown, ...infer Tail] ? Tail : never;
const open = (...rest: Rest) => openTicket(ledger(), ...rest);

/** What goes wrong with the listing before anything is opened: nothing must be opened then. */
const badLists: readonly (readonly [string, WireFault, string])[] = [
  [
    '409, which the pagination takes for an empty list',
    { kind: 'status', status: 409, body: {} },
    'MalformedResponse',
  ],
  ['an empty body', { kind: 'raw', body: '' }, 'MalformedResponse'],
  [
    'something else than a list',
    { kind: 'raw', body: '{"message":"hello"}', contentType: 'application/json' },
    'MalformedResponse',
  ],
  [
    'half a list',
    { kind: 'raw', body: '[{"number":', contentType: 'application/json' },
    'MalformedResponse',
  ],
  ['a 500', { kind: 'status', status: 500, body: {} }, 'ServerError'],
  ['no answer', { kind: 'hang' }, 'Timeout'],
  [
    'a redirect',
    { kind: 'status', status: 301, headers: { location: '/elsewhere' } },
    'InvalidRequest',
  ],
];

for (const [index, [name, fault, type]] of badLists.entries()) {
  test(`a list that fails is not an empty list: ${name}`, async (t) => {
    const server = await github(t, ({ method, path, nthForThisRoute }) =>
      method === 'GET' && path === issuesPath && nthForThisRoute === 1 ? fault : pass,
    );
    const orderId = `bad-list-${index}`;
    const limits = fault.kind === 'hang' ? { requestTimeoutMs: 300 } : {};
    const failure = await failureOf(open(server, orderId, limits));
    assert.equal(failure.type, type);
    assert.equal(created(server), 0);
    const row = await ledger().read({ key: `test/${orderId}:ticket` });
    assert.equal(row?.state, 'released');
    assert.equal((await open(server, orderId)).replayed, false);
    assert.equal(created(server), 1);
  });
}

/** What GitHub says to the creation, what it means, and how the row ends up. */
const answers: readonly (readonly [string, WireFault, string, string])[] = [
  ['401', { kind: 'status', status: 401, body: {} }, 'InvalidCredentials', 'released'],
  ['403', { kind: 'status', status: 403, body: {} }, 'PermissionDenied', 'released'],
  [
    '403 with Retry-After',
    { kind: 'status', status: 403, headers: { 'retry-after': '7' }, body: {} },
    'RateLimited',
    'released',
  ],
  [
    '403 of a secondary limit without a header',
    {
      kind: 'status',
      status: 403,
      body: { message: 'You have exceeded a secondary rate limit. Please wait a few minutes.' },
    },
    'RateLimited',
    'released',
  ],
  ['404', { kind: 'status', status: 404, body: {} }, 'PermissionDenied', 'released'],
  ['410', { kind: 'status', status: 410, body: {} }, 'EffectRefused', 'failed'],
  ['422', { kind: 'status', status: 422, body: {} }, 'EffectRefused', 'failed'],
  ['429', { kind: 'status', status: 429, body: {} }, 'RateLimited', 'released'],
  ['500', { kind: 'status', status: 500, body: {} }, 'ServerError', 'started'],
  ['503', { kind: 'status', status: 503, body: {} }, 'Overloaded', 'started'],
  [
    'not an issue',
    { kind: 'raw', body: '{}', contentType: 'application/json' },
    'MalformedResponse',
    'started',
  ],
];

for (const [name, fault, type, state] of answers) {
  test(`the creation answered with ${name} is ${type}, and the row ${state}`, async (t) => {
    const server = await github(t, ({ method, path }) =>
      method === 'POST' && path === issuesPath ? fault : pass,
    );
    const orderId = `create-${name.replace(/\W/g, '-')}`;
    assert.equal((await failureOf(open(server, orderId))).type, type);
    const row = await ledger().read({ key: `test/${orderId}:ticket` });
    assert.equal(row?.state, state);
    assert.equal(created(server), 1);
  });
}

test('a primary rate limit says when it ends', async (t) => {
  const server = await github(t, ({ path }) =>
    path === issuesPath
      ? {
          kind: 'status',
          status: 403,
          headers: {
            'x-ratelimit-remaining': '0',
            'x-ratelimit-reset': '1800000090',
            date: 'Fri, 15 Jan 2027 08:00:00 GMT',
          },
          body: {},
        }
      : pass,
  );
  const failure = await failureOf(open(server, 'order-limit'));
  assert.equal(failure.type, 'RateLimited');
  assert.equal(failure.retryAfterMs, 90_000);
});

test('a secondary rate limit that names no time is a minute', async (t) => {
  const body = {
    documentation_url: 'https://docs.github.com/rest/overview/x#about-secondary-rate-limits',
  };
  const server = await github(t, () => ({ kind: 'status', status: 403, body }));
  const failure = await failureOf(open(server, 'order-secondary'));
  assert.deepEqual([failure.type, failure.retryAfterMs], ['RateLimited', 60_000]);
});
