import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closestTo } from '../../src/policies/did-you-mean.ts';

const known = ['maximumAttempts', 'model', 'HOLDFAST_TASK_QUEUE', 'HOLDFAST_LEDGER'];

test('llama3, of one letter, -> undefined', () =>
  assert.equal(closestTo('llama3', ['ollama', 'openai'], 1), undefined));

for (const [given, meant] of [
  ['maximum_attempt', 'maximumAttempts'],
  ['modle', 'model'],
  ['HOLDFAST_TASKQUEUE', 'HOLDFAST_TASK_QUEUE'],
  // The prefix of our variables is no likeness.
  ['HOLDFAST_PACKAGE_NODE', undefined],
  ['charge', undefined],
] as const) {
  test(`${given} -> ${meant}`, () => assert.equal(closestTo(given, known), meant));
}
