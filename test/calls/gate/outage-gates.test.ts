import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createGates, type GateDecision } from '../../../src/calls/gate/gates.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';

const model = 'openai:gpt-4o-mini';
const flush = () => new Promise((resolve) => setImmediate(resolve));

interface Entering {
  readonly of?: string;
  readonly tokens?: number;
  readonly outageMs?: number;
}

function gatesOn(resolves?: (model: string) => boolean) {
  const clock = createVirtualClock();
  const gates = createGates({ clock, random: () => 0.5, ...(resolves && { resolves }) });
  const enter = (call: string, { of = model, tokens = 100, outageMs }: Entering = {}) =>
    gates.enter({
      ...{ call, model: of, tokens, outageMs, fairnessKey: '', capMs: 30_000 },
      signal: new AbortController().signal,
    });
  const go = async (entered: Promise<GateDecision>) => {
    const decision = await entered;
    return decision.kind === 'go' ? decision.pass : assert.fail('it was sent back');
  };
  const fail = async (call: string) => (await go(enter(call))).ended({ signal: 'broken' });
  return { clock, gates, enter, go, fail };
}

describe('a gate in an outage', () => {
  test('one call that fails over and over closes it to nobody; a second one does', async () => {
    const { gates, fail } = gatesOn();
    for (let time = 0; time < 8; time += 1) await fail('poison');
    assert.equal(gates.snapshot()[0]?.state, 'free');
    await fail('other');
    assert.equal(gates.snapshot()[0]?.state, 'down');
  });

  test('the probe is the waiting call with the fewest tokens', async () => {
    const { clock, enter, fail } = gatesOn();
    for (const call of ['a', 'b', 'a', 'b', 'a']) await fail(call);
    const went: number[] = [];
    for (const tokens of [300, 100, 200]) {
      void enter(`of ${tokens}`, { tokens }).then(({ kind }) => kind === 'go' && went.push(tokens));
    }
    clock.advance(2000);
    await flush();
    assert.deepEqual(went, [100]);
  });

  test('calls in an outage go one at a time on a worker that knows of none, and hold up no other', async () => {
    const { enter, go } = gatesOn();
    const first = await go(enter('one', { outageMs: 3_600_000 }));
    const second = await enter('two', { outageMs: 3_600_000 });
    assert.ok(second.kind === 'deferred' && second.delayMs >= 240_000, JSON.stringify(second));
    await go(enter('healthy'));
    first.ended({ signal: 'answered' });
    await go(enter('two', { outageMs: 3_600_000 }));
  });

  test('a model that does not resolve has none; one that is free and idle is forgotten', async () => {
    const { clock, gates, enter, go } = gatesOn((name) => name.startsWith('openai:'));
    await go(enter('a', { of: 'typo:gpt' }));
    (await go(enter('a'))).ended({ signal: 'answered' });
    assert.deepEqual(
      gates.snapshot().map((gate) => gate.model),
      [model],
    );
    clock.advance(700_000);
    await go(enter('b', { of: 'openai:other' }));
    assert.deepEqual(
      gates.snapshot().map((gate) => gate.model),
      ['openai:other'],
    );
  });
});
