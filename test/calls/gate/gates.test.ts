import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { GateSettings } from '../../../src/calls/gate/gate-settings.ts';
import type { GateSignal } from '../../../src/calls/gate/gate-signal.ts';
import { createGates, type GateDecision } from '../../../src/calls/gate/gates.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';

const model = 'openai:gpt-4o-mini';
const flush = () => new Promise((resolve) => setImmediate(resolve));

function gatesOn(settings: Partial<GateSettings> = {}, limits = {}) {
  const clock = createVirtualClock();
  const gates = createGates({ clock, settings, limits, random: () => 0.5 });
  const enter = (
    options: { key?: string; capMs?: number; signal?: AbortSignal; of?: string } = {},
  ) =>
    gates.enter({
      model: options.of ?? model,
      fairnessKey: options.key ?? '',
      tokens: 100,
      capMs: options.capMs ?? 30_000,
      signal: options.signal ?? new AbortController().signal,
    });
  const go = async (promise: Promise<GateDecision>) => {
    const verdict = await promise;
    return verdict.kind === 'go' ? verdict.pass : assert.fail('it was sent back');
  };
  /** Five failures in a row: the provider counts as down, and is probed after a second. */
  const takeDown = async () => {
    for (let failure = 0; failure < 5; failure += 1) {
      (await go(enter())).ended({ signal: 'broken' });
    }
  };
  return { clock, gates, enter, go, takeDown };
}

describe('the gates of a worker', () => {
  test('one that was told to wait holds the others back, but not another model', async () => {
    const { clock, gates, enter, go } = gatesOn();
    (await go(enter())).ended({ signal: 'limited', retryAfterMs: 5000 });
    let went = false;
    void enter().then(() => {
      went = true;
    });
    await go(enter({ of: 'openai:other' }));
    clock.advance(4990);
    await flush();
    assert.equal(went, false);
    assert.deepEqual(
      gates
        .snapshot()
        .map(({ model: of, state, waiting, nextInMs }) => [of, state, waiting, nextInMs]),
      [
        [model, 'limited', 1, 10],
        ['openai:other', 'free', 0, undefined],
      ],
    );
    clock.advance(10);
    await flush();
    assert.equal(went, true);
  });

  test('tenants take turns, however many calls one of them has', async () => {
    const { clock, enter, go, takeDown } = gatesOn();
    await takeDown();
    const order: string[] = [];
    for (const key of ['big', 'big', 'big', 'big', 'small', 'other', 'small']) {
      void go(enter({ key })).then((pass) => {
        order.push(key);
        pass.ended({ signal: 'answered' });
      });
    }
    for (let tick = 0; tick < 50; tick += 1) {
      clock.advance(100);
      await flush();
    }
    assert.deepEqual(order, ['big', 'small', 'other', 'big', 'small', 'big', 'big']);
  });

  test('a full room makes room for a tenant that has less, by sending back one that has more', async () => {
    const { enter, takeDown } = gatesOn({ minimumWaiting: 3 });
    await takeDown();
    const big = [enter({ key: 'big' }), enter({ key: 'big' }), enter({ key: 'big' })];
    void enter({ key: 'small' });
    assert.equal((await big[2])?.kind, 'deferred');
    assert.equal((await enter({ key: 'big' })).kind, 'deferred');
  });

  test('past the cap a call is sent back, with a delay', async () => {
    const { clock, enter, go, gates } = gatesOn();
    (await go(enter())).ended({ signal: 'limited', retryAfterMs: 60_000 });
    const waiting = enter({ capMs: 2000 });
    clock.advance(2000);
    const verdict = await waiting;
    assert.ok(verdict.kind === 'deferred' && verdict.delayMs >= 58_000, JSON.stringify(verdict));
    assert.equal(gates.snapshot()[0]?.waiting, 0);
  });

  test('a cancelled call gives up its place at once', async () => {
    const { enter, go, gates } = gatesOn();
    (await go(enter())).ended({ signal: 'limited', retryAfterMs: 60_000 });
    const controller = new AbortController();
    const waiting = enter({ signal: controller.signal });
    controller.abort(new Error('cancelled'));
    await assert.rejects(waiting, /cancelled/);
    assert.equal(gates.snapshot()[0]?.waiting, 0);
  });

  test('a worker that drains sends all back, and whoever comes later', async () => {
    const { enter, go, gates } = gatesOn();
    (await go(enter())).ended({ signal: 'limited', retryAfterMs: 60_000 });
    const waiting = [enter(), enter()];
    gates.close();
    const later = enter({ of: 'openai:other' });
    for (const verdict of await Promise.all([...waiting, later])) {
      assert.equal(verdict.kind, 'deferred');
    }
  });

  test('rooms are shared: one closed gate leaves places for the others', async () => {
    const { enter, takeDown, go } = gatesOn({ maximumWaiting: 4 });
    await takeDown();
    const first = Array.from({ length: 8 }, () => enter());
    const kinds = await Promise.all(
      first.map((verdict) => Promise.race([verdict.then(({ kind }) => kind), flush()])),
    );
    assert.equal(kinds.filter((kind) => kind === 'deferred').length, 4);
    await go(enter({ of: 'openai:other' }));
  });

  test('a provider that hangs keeps half of the worker at most: who waits for it is sent back', async () => {
    const { clock, enter, go, gates } = gatesOn({ slots: 100 });
    const kinds: string[] = [];
    const start = (count: number, key?: string) => {
      for (let nth = 0; nth < count; nth += 1) {
        void enter({ ...(key && { key }) }).then(({ kind }) => void kinds.push(kind));
      }
    };
    start(80, 'big');
    start(2, 'small');
    const count = (kind: string) => kinds.filter((each) => each === kind).length;
    await flush();
    assert.deepEqual([count('go'), count('deferred')], [20, 0], 'while it may only be slow');
    clock.advance(14_999);
    await flush();
    assert.equal(count('deferred'), 0);
    clock.advance(1);
    await flush();
    // 20 in flight and 29 that wait.
    assert.deepEqual([count('go'), count('deferred')], [20, 33]);
    assert.equal(gates.snapshot()[0]?.waiting, 29);
    start(1, 'big');
    await flush();
    assert.equal(count('deferred'), 33, 'below half there is room again');
    start(1, 'big');
    await flush();
    assert.equal(count('deferred'), 34);
    await go(enter({ of: 'anthropic:claude' }));
  });

  test('a provider that is slow but answers may fill the worker', async () => {
    const { clock, enter, gates } = gatesOn({ slots: 100 });
    let went = 0;
    for (let nth = 0; nth < 100; nth += 1) {
      void enter().then(async (verdict) => {
        if (verdict.kind !== 'go') return;
        went += 1;
        clock.after(8000, () => verdict.pass.ended({ signal: 'answered' }));
      });
    }
    for (let second = 0; second < 30; second += 1) {
      await flush();
      clock.advance(1000);
    }
    assert.equal(went, 100);
    assert.equal(gates.snapshot()[0]?.waiting, 0);
  });

  test('one that hangs after it answered is noticed by its usual time', async () => {
    const { clock, enter, go, gates } = gatesOn({ slots: 20 });
    for (let nth = 0; nth < 20; nth += 1) {
      const pass = await go(enter());
      clock.advance(100);
      pass.ended({ signal: 'answered' });
    }
    const kinds: string[] = [];
    for (let nth = 0; nth < 60; nth += 1) {
      void enter().then(({ kind }) => void kinds.push(kind));
    }
    await flush();
    const inFlight = kinds.length;
    clock.advance(5000);
    await flush();
    assert.equal(kinds.filter((kind) => kind === 'deferred').length, 60 - inFlight);
    assert.equal(gates.snapshot()[0]?.waiting, 0);
  });

  test('the limits of an account hold under each of its names, the tighter one rules', async () => {
    const gates = createGates({
      clock: createVirtualClock(),
      sameAs: { 'openai-responses': 'openai' },
      limits: { openai: { requestsPerMinute: 600 }, 'openai-responses': { requestsPerMinute: 60 } },
    });
    const entry = { fairnessKey: '', tokens: 1, capMs: 0, signal: new AbortController().signal };
    const model = 'openai-responses:gpt-4o';
    await gates.enter({ ...entry, model });
    let answer: string | undefined;
    void gates.enter({ ...entry, capMs: 60_000, model }).then(({ kind }) => {
      answer = kind;
    });
    await flush();
    assert.equal(answer, undefined, 'one a second, and not the two at once of 600 a minute');
  });

  test('two names of one account are one gate', async () => {
    const sameAs = { 'openai-responses': 'openai' };
    const gates = createGates({ sameAs });
    const entry = { fairnessKey: '', tokens: 1, capMs: 1000, signal: new AbortController().signal };
    await gates.enter({ ...entry, model: 'openai:gpt-4o' });
    await gates.enter({ ...entry, model: 'openai-responses:gpt-4o' });
    await gates.enter({ ...entry, model: 'anthropic:gpt-4o' });
    assert.deepEqual(
      gates.snapshot().map(({ model: of, inFlight }) => [of, inFlight]),
      [
        ['openai:gpt-4o', 2],
        ['anthropic:gpt-4o', 1],
      ],
    );
  });

  test('tokens a minute are kept to, and what was not used is given back', async () => {
    const { clock, enter, go } = gatesOn({}, { openai: { tokensPerMinute: 6000 } });
    const pass = await go(enter());
    let went = false;
    void enter().then(() => {
      went = true;
    });
    clock.advance(100);
    await flush();
    assert.equal(went, false, '100 tokens were taken, 100 a second come back');
    pass.ended({ signal: 'answered' }, 10);
    await flush();
    assert.equal(went, true);
  });

  test('whatever happens: in flight within the limit, nobody forgotten, every answer once', () => {
    const signals: GateSignal[] = ['answered', 'limited', 'overloaded', 'broken', 'unknown'];
    const call = fc.record({
      afterMs: fc.integer({ min: 0, max: 3000 }),
      tookMs: fc.integer({ min: 0, max: 2000 }),
      signal: fc.constantFrom(...signals),
      retryAfterMs: fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined }),
      key: fc.constantFrom('a', 'b', 'c'),
      givesUpAfterMs: fc.option(fc.integer({ min: 0, max: 5000 }), { nil: undefined }),
    });
    return fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 60 }), async (calls) => {
        const { clock, gates, enter } = gatesOn({ initialLimit: 3, maximumLimit: 5 });
        let settled = 0;
        let mostInFlight = 0;
        let shortestDelayMs = 1;
        for (const { afterMs, tookMs, signal, retryAfterMs, key, givesUpAfterMs } of calls) {
          const controller = new AbortController();
          clock.after(afterMs, () => {
            void enter({ key, capMs: 10_000, signal: controller.signal }).then(
              (verdict) => {
                settled += 1;
                if (verdict.kind === 'deferred') {
                  shortestDelayMs = Math.min(shortestDelayMs, verdict.delayMs);
                  return;
                }
                mostInFlight = Math.max(mostInFlight, gates.snapshot()[0]?.inFlight ?? 0);
                clock.after(tookMs, () => verdict.pass.ended({ signal, retryAfterMs }));
              },
              () => {
                settled += 1;
              },
            );
          });
          if (givesUpAfterMs !== undefined) {
            clock.after(afterMs + givesUpAfterMs, () => controller.abort(new Error('cancelled')));
          }
        }
        for (let tick = 0; tick < 200; tick += 1) {
          clock.advance(100);
          await Promise.resolve();
          await Promise.resolve();
        }
        assert.equal(settled, calls.length);
        assert.ok(mostInFlight <= 5, `${mostInFlight} in flight`);
        assert.equal(shortestDelayMs, 1);
        const [gate] = gates.snapshot();
        assert.deepEqual([gate?.inFlight ?? 0, gate?.waiting ?? 0], [0, 0]);
      }),
      { numRuns: 100 },
    );
  });
});
