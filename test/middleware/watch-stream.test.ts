import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptWatch } from '../../src/middleware/attempt-model.ts';
import { watchStream } from '../../src/middleware/watch-stream.ts';
import { until } from '../support/until.ts';

test('a stream that is left unread gives its place back when its time is over', async () => {
  const ends: string[] = [];
  const watch: AttemptWatch = {
    answered: () => ends.push('answered'),
    failed: () => new Error('failed'),
    abandoned: () => ends.push('abandoned'),
  };
  const over = new AbortController();
  watchStream(new ReadableStream(), watch, over.signal);
  assert.deepEqual(ends, []);
  over.abort();
  await until(async () => ends[0]);
  assert.deepEqual(ends, ['abandoned']);
});
