import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGates, type GateDecision } from '../../../src/calls/gate/gates.ts';
import type { SharedRates } from '../../../src/wire/shared-rate.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';

type Take = SharedRates['take'];

/** One gate of an account that other processes use too; what these leave is the test's to say. */
function gateThatAsks(take: Take, limits = { requestsPerMinute: 60_000 } as object) {
  const clock = createVirtualClock();
  const corrected: unknown[] = [];
  const correct: SharedRates['correct'] = async (...correction) => void corrected.push(correction);
  const gates = createGates({ clock, limits: { openai: limits }, rates: { take, correct } });
  const over = new AbortController();
  const waits: string[] = [];
  const enter = (capMs = 30_000): Promise<GateDecision> =>
    gates.enter({
      ...{ model: 'openai:gpt-4o', fairnessKey: '', tokens: 100, capMs, signal: over.signal },
      waits: ({ reason }) => waits.push(reason),
    });
  return { clock, gates, enter, waits, corrected };
}

/** Whether it has been decided by now. */
async function kindOf(decision: Promise<GateDecision>): Promise<string | undefined> {
  await nextTurn();
  return Promise.race([decision.then(({ kind }) => kind), nextTurn(undefined)]);
}

test('a call waits until others have left it something, and is told what it waits for', async () => {
  const answers = [5000, 0];
  let asked = 0;
  const { clock, enter, waits } = gateThatAsks(async () => answers[asked++] ?? 0);
  const call = enter();
  assert.equal(await kindOf(call), undefined);
  clock.advance(4999);
  assert.equal(await kindOf(call), undefined);
  assert.equal(asked, 1);
  clock.advance(1);
  assert.equal(await kindOf(call), 'go');
  assert.equal(asked, 2);
  assert.deepEqual(waits, ['has used up the rate that is configured for it']);
});

test('past the cap it is sent back, also while it is asked', async () => {
  const { clock, enter } = gateThatAsks(async () => 60_000);
  const call = enter(1000);
  assert.equal(await kindOf(call), undefined);
  clock.advance(1000);
  assert.equal(await kindOf(call), 'deferred');
  const hung = gateThatAsks(() => new Promise(() => {}));
  const other = hung.enter(1000);
  hung.clock.advance(1000);
  assert.equal(await kindOf(other), 'deferred');
});

test('where many wait they are asked for together, half of what may go at once', async () => {
  const wanted: number[] = [];
  // A thousand a second: 200 at once.
  const { enter } = gateThatAsks(async (_, { requests }) => {
    wanted.push(requests?.costMs ?? 0);
    return 0;
  });
  const calls = Array.from({ length: 150 }, () => enter());
  for (const call of calls)
    void call.then((it) => it.kind === 'go' && it.pass.ended({ signal: 'answered' }));
  await Promise.all(calls);
  const sum = wanted.reduce((total, each) => total + each, 0);
  assert.equal(sum, 150);
  assert.ok(wanted.length <= 12 && Math.max(...wanted) <= 100, wanted.join(' '));
});

test('a database that fails, or says nothing for two seconds, holds nothing up', async () => {
  const failing = gateThatAsks(() => Promise.reject(new Error('the database is away')));
  assert.equal(await kindOf(failing.enter()), 'go');
  const hanging = gateThatAsks(() => new Promise(() => {}));
  const call = hanging.enter();
  assert.equal(await kindOf(call), undefined);
  hanging.clock.advance(2000);
  assert.equal(await kindOf(call), 'go');
});

test('tokens that were not used are given back, and without limits nobody is asked', async () => {
  const { enter, corrected } = gateThatAsks(async () => 0, { tokensPerMinute: 6000 });
  const decision = await enter();
  if (decision.kind === 'go') decision.pass.ended({ signal: 'answered' }, 40);
  const shares = { tokens: { costMs: -600, aheadMs: 800 } };
  assert.deepEqual(corrected, [['openai:gpt-4o', shares]]);
  const unlimited = gateThatAsks(() => assert.fail('asked'), {});
  assert.equal(await kindOf(unlimited.enter()), 'go');
});
