import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createGates, type GateDecision } from '../../../src/calls/gate/gates.ts';
import type { ProviderHold } from '../../../src/wire/provider-gate.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';

const minutes = 60_000;

const hold = (target: string, ageMs = 0): ProviderHold => ({
  target,
  reason: 'maintenance',
  by: 'ada@desk',
  ageMs,
});

function startGates() {
  const settings = { initialLimit: 1, maximumLimit: 1 };
  const sameAs = { 'openai-responses': 'openai' };
  const gates = createGates({ clock: createVirtualClock(), settings, sameAs, random: () => 0 });
  const enter = (model: string, signal = new AbortController().signal) =>
    gates.enter({ model, fairnessKey: '', tokens: 100, capMs: 30_000, signal });
  return { gates, enter };
}

const isDeferred = (decision: GateDecision) =>
  decision.kind === 'deferred' ? decision : assert.fail('it went');
const passOf = (decision: GateDecision) =>
  decision.kind === 'go' ? decision.pass : assert.fail('it was sent back');

describe('what a person holds', () => {
  test('is sent back with the words of that person, and is not called down', async () => {
    const { gates, enter } = startGates();
    gates.hold([hold('openai')]);
    assert.deepEqual(await enter('openai:gpt-4o'), {
      kind: 'deferred',
      delayMs: 2000,
      held: { gate: 'openai:gpt-4o', reason: 'maintenance', by: 'ada@desk' },
    });
    assert.deepEqual(gates.snapshot(), [], 'no gate is made of it');
  });

  test('is all models of a provider, or one model; nothing whose name only begins alike', async () => {
    const { gates, enter } = startGates();
    gates.hold([hold('openai:gpt-4o'), hold('azure')]);
    isDeferred(await enter('openai:gpt-4o'));
    isDeferred(await enter('azure:gpt-4o'));
    passOf(await enter('openai:gpt-4o-mini'));
    passOf(await enter('azure-2:gpt-4o'));
  });

  test('is an account, by whichever of its names', async () => {
    const { gates, enter } = startGates();
    gates.hold([hold('openai-responses:gpt-4o')]);
    isDeferred(await enter('openai:gpt-4o'));
    isDeferred(await enter('openai-responses:gpt-4o'));
    passOf(await enter('openai:other'));
    gates.hold([hold('openai')]);
    isDeferred(await enter('openai-responses:gpt-4o'));
  });

  test('sends back at once what waits there, and leaves what is under way and what waits elsewhere', async () => {
    const { gates, enter } = startGates();
    const underWay = passOf(await enter('openai:gpt-4o'));
    const elsewhere = passOf(await enter('google:gemini'));
    const waits = enter('openai:gpt-4o');
    const waitsElsewhere = enter('google:gemini');
    gates.hold([hold('openai')]);
    assert.equal(isDeferred(await waits).held.by, 'ada@desk');
    const waiting = () => gates.snapshot().map(({ model, waiting: count }) => [model, count]);
    assert.deepEqual(waiting(), [
      ['openai:gpt-4o', 0],
      ['google:gemini', 1],
    ]);
    underWay.ended({ signal: 'answered' });
    elsewhere.ended({ signal: 'answered' });
    passOf(await waitsElsewhere);
  });

  test('goes again when it is released, also where the place was lost', async () => {
    const { gates, enter } = startGates();
    gates.hold([hold('openai'), hold('google')]);
    isDeferred(await enter('openai:gpt-4o'));
    gates.hold([hold('google')]);
    passOf(await enter('openai:gpt-4o'));
    isDeferred(await enter('google:gemini'));
  });

  test('sleeps for a tenth of the hold so far, two seconds at least and ten minutes at most', async () => {
    const { gates, enter } = startGates();
    for (const [ageMs, delayMs] of [
      [0, 2000],
      [10 * minutes, minutes],
      [24 * 60 * minutes, 10 * minutes],
    ] as const) {
      gates.hold([hold('openai', ageMs)]);
      const sleepsMs = isDeferred(await enter('openai:gpt-4o')).delayMs;
      assert.ok(Math.abs(sleepsMs - delayMs) < 100, `${sleepsMs} ms after ${ageMs} ms`);
    }
  });

  test('is cancelled while it waits, before a hold, and is told only that', async () => {
    const { gates, enter } = startGates();
    passOf(await enter('openai:gpt-4o'));
    const cancelled = new AbortController();
    const waits = enter('openai:gpt-4o', cancelled.signal);
    cancelled.abort(new Error('cancelled'));
    gates.hold([hold('openai')]);
    await assert.rejects(waits, /cancelled/);
    assert.equal(gates.snapshot()[0]?.waiting, 0);
  });
});
