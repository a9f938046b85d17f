import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { batchTurns } from '../../src/batch/run/batch-turns.ts';
import { createRunLine } from '../../src/batch/run/run-line.ts';
import { catalogue } from '../../src/policies/catalogue.ts';

/** So few a minute that one at a time waits at the gate. */
const perMinute = 24;
const never = () => assert.fail();

test('a line that the gate sends away leaves its place at the gate to others while it sleeps', async () => {
  const turns = batchTurns(async () => 0, perMinute);
  const stop = new AbortController();
  const runLine = createRunLine({
    providers: [{ name: 'p', family: 'openai' }],
    runAttempt: async () => ({ kind: 'held', delayMs: 30_000 }),
  });
  const body = Buffer.from('{"model":"p:m","messages":[]}');
  const held = runLine(
    {
      ...{ seq: 1, url: '/v1/chat/completions', body, state: 'waiting', owner: '' },
      ...{ attempts: 0, free_attempts: 0, repairs: 0, answer: null },
    },
    {
      range: { id: 'b', tenant: '', from: 1, to: 1, concurrency: 1, policy: catalogue.model },
      ...{ turns, owner: 'o', schema: undefined, budget: undefined },
      commits: { sending: never, failed: never, ended: never },
      ...{ stopping: stop.signal, signal: stop.signal },
    },
  );
  const other = turns.next(stop.signal).then(() => 'has its turn');
  assert.equal(await Promise.race([other, sleep(5000, undefined, { ref: false })]), 'has its turn');
  stop.abort();
  assert.deepEqual(await held, { kind: 'left' });
});

test('lines that are stopped while they wait for their turn make no room for others', async () => {
  const taken: number[] = [];
  const turns = batchTurns(async (some) => {
    taken.push(some);
    return 0;
  }, perMinute);
  const [stop, others] = [new AbortController(), new AbortController()];
  const first = await turns.next(others.signal);
  const stopped = Array.from({ length: 4 }, () => turns.next(stop.signal));
  const waiting = Array.from({ length: 8 }, () => turns.next(others.signal));
  // It has looked for others.
  await sleep(10);
  stop.abort();
  for (const turn of await Promise.all(stopped)) turn[Symbol.dispose]();
  first[Symbol.dispose]();
  for (const next of waiting) (await next)[Symbol.dispose]();
  assert.deepEqual(taken, Array(9).fill(1));
});
