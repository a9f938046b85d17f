import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startComplete } from '../../src/client/start.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { startCallsWorld } from '../support/calls-world.ts';
import { failureOf } from '../support/failure-of.ts';

const mebibyte = 1024 * 1024;

test('a start over 2 MB is refused before anything is sent, naming the size', async (t) => {
  const world = await startCallsWorld({ answer: () => 'hello' });
  t.after(world.stop);
  const start = startComplete(
    world.client,
    {
      request: {
        model: 'openai:gpt-4o-mini',
        messages: [{ role: 'user', content: 'x'.repeat(2 * mebibyte) }],
      },
      policies: resolvePolicies({}),
    },
    { id: 'large-1', taskQueue: world.taskQueue },
  );
  const failure = await failureOf(start);
  assert.equal(failure.type, 'PayloadTooLarge');
  assert.match(
    failure.message,
    /^the input has 2\d{6} bytes as JSON; Temporal carries at most 2031616 in one piece$/,
  );
  await assert.rejects(world.client.workflow.getHandle('large-1').describe(), {
    name: 'WorkflowNotFoundError',
  });
});

test('an answer over 2 MB is a typed failure of the call, not a workflow that never ends', async (t) => {
  const world = await startCallsWorld({ answer: () => 'y'.repeat(2 * mebibyte) });
  t.after(world.stop);
  const { handle } = await startComplete(
    world.client,
    {
      request: { model: 'openai:gpt-4o-mini', messages: [{ role: 'user', content: 'Go on' }] },
      policies: resolvePolicies({}),
    },
    { id: 'large-2', taskQueue: world.taskQueue },
  );
  const failure = await failureOf(handle.result());
  assert.equal(failure.type, 'PayloadTooLarge');
  assert.equal(world.provider.requests.length, 1, 'it is not paid for twice');
});

test('a repair whose prompt would exceed 2 MB is a typed failure', async (t) => {
  const answer = JSON.stringify({ amount: 'z'.repeat(1.9 * mebibyte) });
  const world = await startCallsWorld({ answer: () => answer });
  t.after(world.stop);
  const { handle } = await startComplete(
    world.client,
    {
      request: {
        model: 'openai:gpt-4o-mini',
        messages: [{ role: 'user', content: 'w'.repeat(0.2 * mebibyte) }],
        schema: {
          type: 'object',
          properties: { amount: { type: 'integer' } },
          required: ['amount'],
        },
      },
      policies: resolvePolicies({}),
    },
    { id: 'large-3', taskQueue: world.taskQueue },
  );
  const failure = await failureOf(handle.result());
  assert.equal(failure.type, 'PayloadTooLarge');
  assert.match(failure.message, /^the request to the model has/);
  assert.equal(world.provider.requests.length, 1);
});

test('a provider that answers with a page of 100 KB leaves a failure that keeps its type', async (t) => {
  const world = await startCallsWorld({
    answer: () => 'hello',
    faults: () => ({ kind: 'status', status: 503, body: 'v'.repeat(100_000) }),
  });
  t.after(world.stop);
  const { handle } = await startComplete(
    world.client,
    {
      request: { model: 'openai:gpt-4o-mini', messages: [{ role: 'user', content: 'Hello' }] },
      policies: resolvePolicies({ model: { maximumAttempts: 2 } }),
    },
    { id: 'large-4', taskQueue: world.taskQueue },
  );
  const failure = await failureOf(handle.result());
  assert.equal(failure.type, 'Overloaded');
  assert.ok(failure.message.length <= 500);
  assert.equal(world.provider.requests.length, 2);
});
