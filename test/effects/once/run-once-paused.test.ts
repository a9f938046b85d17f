import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '../../../src/effects/once/ledger.ts';
import { failureOf } from './expect-failure.ts';
import { runner, scripted } from './scripted-effect.ts';
import { temporaryLedger } from './temporary-ledger.ts';

const ledger = temporaryLedger();
/** The lease and its grace of 100 ms are over long before. */
const pausedMs = 400;

/** A ledger whose worker stands still right after its claim, as in a paused machine. */
function pausing(): Ledger {
  return {
    ...ledger(),
    async claim(request) {
      const claim = await ledger().claim(request);
      await sleep(pausedMs);
      return claim;
    },
  };
}

test('a worker that was paused since its claim, and was taken over, sends nothing any more', async () => {
  const { effect, requests } = scripted('at most once', [() => 'late']);
  const paused = failureOf(runner(pausing)(effect, 'taken-over', undefined, { leaseMs: 50 }));
  await sleep(250);
  const takenOver = await failureOf(runner(ledger)(effect, 'taken-over'));
  assert.equal(takenOver.type, 'EffectUnknown');
  assert.equal((await paused).type, 'EffectUnknown');
  assert.equal(requests.length, 0);
});

test('one that was paused and not taken over goes on', async () => {
  const { effect, requests } = scripted('at most once', [() => 'done']);
  const { result } = await runner(pausing)(effect, 'alone', undefined, { leaseMs: 50 });
  assert.equal(result, 'done');
  assert.equal(requests.length, 1);
});
