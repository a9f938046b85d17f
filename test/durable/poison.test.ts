import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverError } from '../../dev/sandbox/model-faults.ts';
import { createGates } from '../../src/calls/gate/gates.ts';
import { startComplete } from '../../src/client/start.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { startCallsWorld } from '../support/calls-world.ts';
import { failureOf } from '../support/failure-of.ts';

test('one prompt that always gets a 500 ends within its attempts, and a hundred others have one each', async (t) => {
  const world = await startCallsWorld({
    answer: () => 'hello',
    faults: ({ requestId }) => (requestId?.startsWith('poison') ? serverError : { kind: 'pass' }),
    gates: createGates(),
  });
  t.after(world.stop);
  const start = async (id: string) => {
    const messages = [{ role: 'user' as const, content: 'Say hello' }];
    const { handle } = await startComplete(
      world.client,
      { request: { model: 'openai:gpt-4o-mini', messages }, policies: resolvePolicies({}) },
      { id, taskQueue: world.taskQueue },
    );
    return handle;
  };
  const poison = await start('poison');
  // Its first failures come when nobody else has been answered yet.
  while (world.provider.requests.length < 2) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const good = await Promise.all(Array.from({ length: 100 }, (_, index) => start(`good-${index}`)));
  let attempts = 0;
  for (const handle of good) attempts += (await handle.result()).attempts;
  assert.equal(attempts, 100);
  const deferred = world.log.filter(
    ({ event, workflowId }) => event === 'attempt.deferred' && workflowId !== 'poison',
  );
  assert.deepEqual(deferred, []);
  const failure = await failureOf(poison.result());
  assert.match(failure.message, /attempt 8 of 8 failed/);
  assert.equal(world.provider.requestsFor('poison/').length, 8);
});
