import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable, printableJson, printableLine } from '../../src/cli/printable.ts';

test('control characters of every kind lose their power', () => {
  assert.equal(printable('a\u001b[2Jb'), 'a\ufffd[2Jb');
  assert.equal(printable('a\u009b2Jb'), 'a\ufffd2Jb');
  assert.equal(printable('a\rb\u0008c\u007f'), 'a\ufffdb\ufffdc\ufffd');
  assert.equal(printable('pay \u202e00.1\u2066'), 'pay \ufffd00.1\ufffd');
});

test('text keeps its lines, tabs, accents, emoji and scripts', () => {
  const text = 'grüße\n\t佐藤 美咲 👩‍🌾 שלום';
  assert.equal(printable(text), text);
});

test('a line is one line', () => {
  assert.equal(printableLine(' a\r\n b\u2028c '), 'a b c');
});

test('JSON stays the same JSON', () => {
  const value = { text: 'a\u009b2J\u001b[2J\u202e\u007f' };
  const text = printableJson(value);
  assert.equal(text, '{"text":"a\\u009b2J\\u001b[2J\\u202e\\u007f"}');
  assert.deepEqual(JSON.parse(text), value);
});
