import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupAttempts } from '../../../src/cli/explain/group-attempts.ts';
import type { RecordedAttempt } from '../../../src/wire/recorded-attempt.ts';
import { explanation } from './order-explained.ts';

function attemptOf(kind: RecordedAttempt['kind'], requestId: string): RecordedAttempt {
  return {
    attemptId: `worker.${requestId}`,
    kind,
    workflowId: 'order-1',
    runId: 'run-1',
    requestId,
    step: 'step',
    attempt: 1,
    provider: 'someone',
    startedAtMs: 1,
    sent: 'yes',
    outcome: 'done',
  };
}

test('a call is named by its request id, whatever is in it; generations of an effect are one group', () => {
  const groups = groupAttempts({
    ...explanation,
    effects: [],
    attempts: [
      attemptOf('call', 'order-1/item#1'),
      attemptOf('call', 'order-1/item#2'),
      attemptOf('effect', 'prod/order-1:charge'),
      attemptOf('effect', 'prod/order-1:charge#2'),
    ],
  });
  assert.deepEqual(
    groups.map(({ requestId, attempts }) => [requestId, attempts.length]),
    [
      ['order-1/item#1', 1],
      ['order-1/item#2', 1],
      ['prod/order-1:charge', 2],
    ],
  );
});
