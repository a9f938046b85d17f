import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killsOf, runBatchChaos } from './run-batch-chaos.ts';

// A small part of it; all of it is `npm run test:chaos -- --batch FILE.csv`.

test('80 messages, worker, client and server killed: each out once, each request accounted for', async () => {
  const messages = Array.from({ length: 80 }, (_, nth) => `${'word '.repeat(nth % 9)}${nth}`);
  const count = await runBatchChaos(1, messages, killsOf(1, 3, 80), () => undefined);
  assert.deepEqual(count.wrong, []);
  assert.equal(count.lines, 80);
  assert.ok(count.requests > 80, 'some were tried again');
});
