import assert from 'node:assert/strict';
import { it } from 'node:test';
import { accountForAttempts } from '../../../dev/demo/worker-log.ts';

it('every attempt was sent, not sent, or lost with its worker', () => {
  const one = { pid: 1, requestId: 'a/x', attempt: 1 };
  const two = { pid: 1, requestId: 'a/x', attempt: 2 };
  const three = { pid: 2, requestId: 'b/x', attempt: 1 };
  const four = { pid: 2, requestId: 'c/x', attempt: 1 };
  assert.deepEqual(
    accountForAttempts([
      { pid: 1, event: 'worker.serving' },
      { ...one, event: 'attempt.started' },
      { ...one, event: 'attempt.sent' },
      { ...one, event: 'attempt.unclassified' },
      { ...one, event: 'attempt.failed', failureType: 'Timeout' },
      { ...two, event: 'attempt.started' },
      { ...two, event: 'attempt.sent' },
      { ...three, event: 'attempt.started' },
      { ...three, event: 'attempt.failed', failureType: 'InvalidCredentials' },
      { ...four, event: 'attempt.started' },
    ]),
    {
      started: 4,
      sent: 2,
      notSent: ['b/x, attempt 1, worker 2 (InvalidCredentials)'],
      lost: ['a/x, attempt 2, worker 1 (sent)', 'c/x, attempt 1, worker 2 (not sent)'],
    },
  );
});
