import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quotaExhausted } from '../../dev/sandbox/model-faults.ts';
import { startComplete } from '../../src/client/start.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { startCallsWorld } from '../support/calls-world.ts';
import { failureOf } from '../support/failure-of.ts';

const threeDaysMs = 3 * 24 * 3_600_000;

test('nobody came before the deadline: the original failure, after just that time', async (t) => {
  const world = await startCallsWorld({ answer: () => 'hello', faults: () => quotaExhausted });
  t.after(world.stop);
  const { handle } = await startComplete(
    world.client,
    {
      request: { model: 'openai:gpt-4o-mini', messages: [{ role: 'user', content: 'Say hello' }] },
      policies: resolvePolicies({ model: { onFailure: 'park', parkDeadlineMs: threeDaysMs } }),
    },
    { id: 'hello-1', taskQueue: world.taskQueue },
  );
  const failure = await failureOf(handle.result());
  assert.equal(failure.type, 'QuotaExhausted');
  assert.match(failure.message, /^429 QuotaExhausted by openai/);
  const { startTime, closeTime, memo } = await handle.describe();
  const tookMs = (closeTime?.getTime() ?? 0) - startTime.getTime();
  assert.ok(tookMs >= threeDaysMs && tookMs < threeDaysMs + 60_000, `${tookMs} ms`);
  assert.equal(world.provider.requests.length, 1, 'it was parked, not tried again');
  assert.equal(memo?.holdfastState, 'running');
});
