import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KnownAttempt } from '../../src/journal/attempts-file.ts';
import { forward } from '../../src/journal/forward.ts';
import { attemptOf } from './attempts.ts';

/** A local file that holds so many attempts that have ended. */
function fileWith(count: number) {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const kept = new Map<number, KnownAttempt>(
    numbers.map((number) => [number, attemptOf('order-1', number)]),
  );
  const file = {
    put: () => assert.fail('forwarding writes no attempt'),
    read: (_: unknown, atMost: number) => new Map([...kept].slice(0, atMost)),
    forget(forgotten: Iterable<number>) {
      for (const number of forgotten) kept.delete(number);
      return true;
    },
    close: () => assert.fail('the file is its owner’s to close'),
  };
  return { file, kept };
}

const onRefused = () => assert.fail('nothing was refused');

test('200 attempts a statement, and other work has its turn before the next one', async () => {
  const { file, kept } = fileWith(450);
  const order: (number | 'turn')[] = [];
  const store = {
    async insert({ length }: readonly unknown[]) {
      order.push(length);
      setImmediate(() => order.push('turn'));
    },
  };
  assert.deepEqual(await forward(file, 'ended', { store, onRefused }), { attempts: 450, lost: 0 });
  assert.deepEqual(order, [200, 'turn', 200, 'turn', 50, 'turn']);
  assert.equal(kept.size, 0);
});

test('given up during a statement: it leaves the file alone', async () => {
  const { file, kept } = fileWith(450);
  const giveUp = new AbortController();
  const sizes: number[] = [];
  const store = {
    async insert({ length }: readonly unknown[]) {
      sizes.push(length);
      if (sizes.length === 2) giveUp.abort();
    },
  };
  const { signal } = giveUp;
  await forward(file, 'ended', { store, onRefused, signal });
  assert.deepEqual([sizes, kept.size], [[200, 200], 250]);
});

test('what a database refuses is found by halves, and told after the rest is stored', async () => {
  const { file, kept } = fileWith(8);
  const log: string[] = [];
  const store = {
    async insert(attempts: readonly { readonly attempt: number }[]) {
      const numbers = attempts.map(({ attempt }) => attempt);
      log.push(numbers.join(' '));
      if (numbers.includes(3)) {
        throw Object.assign(new Error('value out of range: secret'), { code: '22003' });
      }
    },
  };
  const forwarded = await forward(file, 'all', {
    store,
    onRefused: ({ attemptId, error }) => log.push(`${attemptId}: ${error}`),
  });
  assert.deepEqual(forwarded, { attempts: 7, lost: 0 });
  assert.deepEqual(log, [
    '1 2 3 4 5 6 7 8',
    '1 2 3 4',
    '1 2',
    '3 4',
    '3',
    '4',
    '5 6 7 8',
    'dead.3: 22003',
  ]);
  assert.equal(kept.size, 0);
});

test('a database that is away keeps all attempts in the file', async () => {
  const { file, kept } = fileWith(3);
  const away = Object.assign(new Error('the database system is shutting down'), { code: '57P03' });
  const store = { insert: () => Promise.reject(away) };
  await assert.rejects(forward(file, 'ended', { store, onRefused }), { code: '57P03' });
  assert.equal(kept.size, 3);
});
