import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closestTo } from '../../src/policies/did-you-mean.ts';

const known = ['maximumAttempts', 'model', 'HOLDFAST_TASK_QUEUE', 'HOLDFAST_LEDGER'];

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
