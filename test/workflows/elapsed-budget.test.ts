import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rateLimited } from '../../dev/sandbox/model-faults.ts';
import { startComplete } from '../../src/client/start.ts';
import { policiesWith } from '../support/calls-world.ts';
import { failureOf } from '../support/failure-of.ts';
import { startOrderWorld } from '../support/order-world.ts';

test('no attempt starts later than the elapsed budget says, the waits included', async (t) => {
  const world = await startOrderWorld({
    model: { faults: () => rateLimited({ retryAfterSeconds: 3 }) },
  });
  t.after(world.stop);
  const { handle } = await startComplete(
    world.client,
    {
      request: { model: 'openai:gpt-4o-mini', messages: [{ role: 'user', content: 'Hello' }] },
      policies: policiesWith({ model: { elapsedBudgetMs: 5000, jitter: 0 } }),
    },
    { id: 'hello-1', taskQueue: world.taskQueue },
  );
  const failure = await failureOf(handle.result());
  // Attempts at 0 and 3 s; the next would be at 6 s.
  assert.equal(world.sandbox.model.requests.length, 2);
  assert.match(failure.message, /giving up: the elapsed budget of 5\.0 s ends first$/);
});
