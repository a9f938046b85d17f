import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWholeEvents } from '../../../src/calls/forward/stream-events.ts';

test('events are whole wherever their bytes are cut, and however their lines end', () => {
  const stream = 'data: a\n\ndata: b\r\n\r\ndata: c\n\r\n: d\n\ndata: e\n';
  for (const size of [1, 2, 3, 5, 8, 13, 100]) {
    const events = createWholeEvents();
    const pieces = stream.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    const whole = pieces.map((piece) => Buffer.from(events.take(Buffer.from(piece))).toString());
    for (const each of whole) assert.match(each, /^$|\n\r?\n$/);
    assert.deepEqual(
      [whole.join(''), Buffer.from(events.rest()).toString()],
      ['data: a\n\ndata: b\r\n\r\ndata: c\n\r\n: d\n\n', 'data: e\n'],
    );
  }
});

test('an event as long as an answer may be, in small pieces: copied anew with each, it stopped the gateway for minutes', () => {
  const events = createWholeEvents();
  const piece = Buffer.alloc(1024, 'a');
  for (let at = 0; at < 64 * 1024; at += 1) assert.equal(events.take(piece).length, 0);
  assert.equal(events.take(Buffer.from('\n\n')).length, 64 * 1024 * 1024 + 2);
  assert.equal(events.rest().length, 0);
});
