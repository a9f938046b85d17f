import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '@temporalio/client';
import { resolveOrderPolicies, startOrder } from '../../src/orders/start-order.ts';

/** What a start of an order hands to the server, as the arguments of its workflow. */
async function argumentsOf(policies?: ReturnType<typeof resolveOrderPolicies>) {
  let given: readonly unknown[] = [];
  const workflow = {
    getHandle: () => ({}),
    async start(_: string, { args }: { readonly args: readonly unknown[] }) {
      given = args;
      return { firstExecutionRunId: 'run-1' };
    },
  };
  const request = { email: 'Two chairs', customer: { id: 'cus_1', paymentMethod: 'pm_1' } };
  const input = { request, model: 'openai:gpt-4o-mini', ...(policies && { policies }) };
  await startOrder({ workflow } as unknown as Client, input, { id: 'order-1' });
  return given;
}

test('an order carries what its policies change, and nothing that the worker knows', async () => {
  assert.deepEqual((await argumentsOf())[1], undefined);
  assert.deepEqual((await argumentsOf(resolveOrderPolicies()))[1], { policies: {} });
  const changes = { model: { maximumAttempts: 3, parkOn: [] }, payment: { jitter: 0.2 } };
  assert.deepEqual((await argumentsOf(resolveOrderPolicies(changes)))[1], { policies: changes });
});
