import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { OpenDatabase } from '../../src/database/open-database.ts';
import { type LeaseStore, leaseStore } from '../../src/gateway/store/lease-store.ts';
import type { NewRequest } from '../../src/gateway/store/new-request.ts';
import { type RequestStore, requestStore } from '../../src/gateway/store/request-store.ts';

const forwarded = {
  provider: 'openai',
  model: 'openai:gpt-4o',
  api: 'chat',
  method: 'POST',
  path: '/chat/completions',
  headers: {},
  isStream: false,
} as const;

function requestOf(id: string, change: Partial<NewRequest> = {}): NewRequest {
  return {
    id,
    tenant: 'acme',
    apiKey: 'key-1',
    idempotencyKey: null,
    fingerprint: `print of ${id}`,
    request: forwarded,
    body: Buffer.from([0, 255, 10]),
    gateway: 'gateway-1',
    deadlineMs: 60_000,
    ...change,
  };
}
const sameAs = ({ tenant, apiKey, fingerprint }: NewRequest) => ({ tenant, apiKey, fingerprint });
const unused = { attempts: 1, possiblyBilled: 0 };
const ok = { status: 200, headers: { 'content-type': 'application/json' } };

/** What the records of forwarded requests must do, on either database. */
export function requestStoreContract(name: string, open: () => Promise<OpenDatabase>): void {
  describe(`requests on ${name}`, () => {
    let opened: OpenDatabase;
    let store: RequestStore;
    let leases: LeaseStore;
    before(async () => {
      opened = await open();
      store = requestStore(opened);
      leases = leaseStore(opened);
    });
    after(() => opened.database.destroy());

    test('what was cancelled keeps no answer that still comes, and is begun by nobody', async () => {
      await store.begin(requestOf('stopped', { isHandedOver: true }));
      assert.equal((await store.read('stopped'))?.state, 'running');
      assert.equal(await store.cancelled('stopped'), true);
      assert.equal(await store.answered('stopped', ok, Buffer.from('late'), unused), false);
      const { state, answer_body } = (await store.read('stopped')) ?? {};
      assert.deepEqual([state, answer_body], ['cancelled', null]);
      assert.equal(await store.cancelled('stopped'), false);
    });

    test('a request and its answer come back byte for byte', async () => {
      assert.equal(await store.begin(requestOf('bytes')), true);
      const begun = await store.read('bytes');
      assert.deepEqual(begun?.request, forwarded);
      assert.deepEqual([...(begun?.body ?? [])], [0, 255, 10]);
      assert.equal(begun?.state, 'begun');
      // The clock of a statement moves within it.
      const allowedMs = (begun?.deadline_at_ms ?? 0) - (begun?.created_at_ms ?? 0);
      assert.ok(allowedMs > 59_000 && allowedMs <= 60_000, String(allowedMs));
      assert.equal(await store.answered('bytes', ok, Buffer.from([1, 128, 0]), unused), true);
      const answered = await store.read('bytes');
      assert.deepEqual(answered?.answer, ok);
      assert.deepEqual([...(answered?.answer_body ?? [])], [1, 128, 0]);
      assert.equal(answered?.state, 'answered');
      // Who waits for a record that was deleted waits no longer.
      assert.deepEqual(await store.ended(['bytes', 'nothing']), ['bytes', 'nothing']);
    });

    test('what has ended does not end again', async () => {
      await store.begin(requestOf('twice'));
      await store.answered('twice', ok, Buffer.from('first'), unused);
      assert.equal(await store.answered('twice', ok, Buffer.from('second'), unused), false);
      assert.equal(await store.handOver('twice', unused), false);
      assert.equal(Buffer.from((await store.read('twice'))?.answer_body ?? []).toString(), 'first');
    });

    test('of twenty requests under one key one begins; another tenant has a key of the same name', async () => {
      const keyed = (id: string, tenant = 'acme') =>
        store.begin(requestOf(id, { tenant, idempotencyKey: 'order-1' }));
      const begun = await Promise.all(
        Array.from({ length: 20 }, (_, nth) => keyed(`keyed-${nth}`)),
      );
      assert.equal(begun.filter(Boolean).length, 1);
      assert.equal(await keyed('keyed-other', 'globex'), true);
    });

    test('a record whose client is gone is claimed once, the oldest first', async () => {
      const first = requestOf('claim-1', { fingerprint: 'same' });
      for (const id of ['claim-1', 'claim-2', 'claim-3']) {
        await store.begin(requestOf(id, { fingerprint: 'same' }));
      }
      assert.equal(await store.claim(sameAs(first), { onlyBroken: false }), undefined);
      await store.clientGone('claim-1');
      await store.clientGone('claim-2');
      const claims = await Promise.all(
        Array.from({ length: 6 }, () => store.claim(sameAs(first), { onlyBroken: false })),
      );
      assert.deepEqual(
        claims
          .map((claimed) => claimed?.id)
          .filter(Boolean)
          .sort(),
        ['claim-1', 'claim-2'],
      );
      assert.equal(
        await store.claim({ ...sameAs(first), tenant: 'globex' }, { onlyBroken: false }),
        undefined,
      );
    });

    test('only a broken stream is claimed by a request that is no retry', async () => {
      const request = requestOf('broken', { fingerprint: 'broken' });
      await store.begin(request);
      await store.clientGone('broken');
      assert.equal(await store.claim(sameAs(request), { onlyBroken: true }), undefined);
      await store.clientGone('broken', { brokeOff: true });
      assert.equal((await store.claim(sameAs(request), { onlyBroken: true }))?.id, 'broken');
    });

    test('what a dead gateway began under a key is taken over, at one attempt that may have been billed', async () => {
      await leases.renew('alive', 60_000);
      await leases.renew('dead', 60_000);
      await store.begin(requestOf('of-alive', { gateway: 'alive' }));
      await store.begin(requestOf('of-dead', { gateway: 'dead', idempotencyKey: 'of-dead' }));
      await store.takeOver();
      assert.equal((await store.read('of-dead'))?.state, 'begun');
      assert.equal(await leases.living(), 2);
      await leases.end('dead');
      assert.deepEqual((await store.takeOver()).sort(), ['of-dead']);
      const taken = await store.read('of-dead');
      assert.deepEqual(
        [taken?.state, taken?.attempts, taken?.possibly_billed, taken?.has_client],
        ['running', 1, 1, 0],
      );
      assert.equal((await store.read('of-alive'))?.state, 'begun');
    });

    test('what a dead gateway began without a key is left for one who asks again, in time', async () => {
      const left = requestOf('left', { gateway: 'dead', fingerprint: 'left' });
      await store.begin(left);
      await store.begin({ ...left, id: 'left-late', fingerprint: 'late', deadlineMs: -1 });
      assert.deepEqual(await store.takeOver(), []);
      const claimed = await store.claim(sameAs(left), { onlyBroken: true });
      assert.deepEqual(
        [claimed?.id, claimed?.state, claimed?.attempts, claimed?.possibly_billed],
        ['left', 'begun', 1, 1],
      );
      const late = { ...sameAs(left), fingerprint: 'late' };
      assert.equal(await store.claim(late, { onlyBroken: true }), undefined);
      assert.equal((await store.read('left-late'))?.state, 'cancelled');
      assert.equal(await store.failedJustNow(late, 10_000), undefined);
      // Its gateway dies before it has handed the claimed one over.
      assert.deepEqual(await store.takeOver(), ['left']);
    });

    test('a failure is found for a moment, and what ended is pruned', async () => {
      const request = requestOf('fails');
      await store.begin(request);
      const failure = {
        type: 'InvalidCredentials',
        message: 'no',
        status: 401,
        hasAnswer: false,
      } as const;
      await store.failed('fails', failure, unused);
      assert.deepEqual((await store.failedJustNow(sameAs(request), 10_000))?.failure, failure);
      assert.equal(await store.failedJustNow(sameAs(request), -1000), undefined);
      assert.equal(await store.prune(60_000), 0);
      assert.ok((await store.prune(-1000)) >= 1);
      assert.equal(await store.read('fails'), undefined);
    });
  });
}
