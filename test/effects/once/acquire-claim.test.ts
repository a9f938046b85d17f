import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acquireClaim } from '../../../src/effects/once/acquire-claim.ts';
import type { ClaimRequest, LedgerRow } from '../../../src/effects/once/ledger.ts';
import { failureOf } from './expect-failure.ts';

const request = { key: 'k', fingerprint: 'v1:a', leaseMs: 1000 } as ClaimRequest;

/** A ledger whose row always is as given, and which never lets itself be claimed. */
function stubborn(row: Partial<LedgerRow> | undefined) {
  const asked = { claims: 0, reads: 0 };
  const ledger = {
    async claim() {
      asked.claims += 1;
      if (asked.claims > 100) throw new Error('claims without end');
      return undefined;
    },
    async read() {
      asked.reads += 1;
      if (asked.reads > 100) throw new Error('reads without end');
      return row && { fingerprint: 'v1:a', ...row };
    },
  } as never;
  return { asked, ledger };
}

const nobodyHolds: readonly (readonly [string, Partial<LedgerRow> | undefined])[] = [
  ['released', { state: 'released', leaseLeftMs: -1 }],
  ['lapsed', { state: 'started', leaseLeftMs: -1 }],
  ['pruned', undefined],
];

for (const [name, row] of nobodyHolds) {
  test(`${name}, and still not to be had: it pauses between claims, and gives up in time`, async () => {
    const { ledger, asked } = stubborn(row);
    let heartbeats = 0;
    const heartbeat = () => {
      heartbeats += 1;
    };
    const { signal } = new AbortController();
    const waiting = { ledger, signal, heartbeat, maximumWaitMs: 200 };
    const failure = await failureOf(acquireClaim(waiting, request));
    assert.equal(failure.type, 'EffectInProgress');
    // Pauses of 50 ms and more.
    assert.ok(asked.claims >= 2 && asked.claims <= 5, `${asked.claims} claims`);
    assert.ok(heartbeats >= 1);
  });

  test(`${name}, and still not to be had: it ends with the signal`, async () => {
    const { ledger, asked } = stubborn(row);
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const heartbeat = () => controller.abort(reason);
    const waiting = { ledger, signal: controller.signal, heartbeat, maximumWaitMs: 60_000 };
    await assert.rejects(acquireClaim(waiting, request), reason);
    assert.equal(asked.claims, 1);
  });
}

for (const state of ['started', 'succeeded', 'unknown'] as const) {
  test(`${state} under another fingerprint is the caller's to refuse, without waiting`, async () => {
    const { ledger, asked } = stubborn({ state, fingerprint: 'v1:b', leaseLeftMs: -1 });
    const { signal } = new AbortController();
    const waiting = { ledger, signal, heartbeat: () => {}, maximumWaitMs: 60_000 };
    const acquired = await acquireClaim(waiting, request);
    assert.equal('row' in acquired && acquired.row.fingerprint, 'v1:b');
    assert.deepEqual(asked, { claims: 1, reads: 1 });
  });
}

test("a lease that is hours long, since the database's clock was set back, asks for no longer wait than a lease", async () => {
  const { ledger } = stubborn({ state: 'started', leaseLeftMs: 3 * 60 * 60 * 1000 });
  const { signal } = new AbortController();
  const waiting = { ledger, signal, heartbeat() {}, maximumWaitMs: 0 };
  const failure = await failureOf(acquireClaim(waiting, request));
  assert.deepEqual([failure.type, failure.retryAfterMs], ['EffectInProgress', 1000]);
});
