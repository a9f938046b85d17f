import assert from 'node:assert/strict';
import { loadExampleOrders } from '../../dev/sandbox/example-orders.ts';
import { workflowStatus } from '../../src/client/status.ts';
import type { ExtractedOrder } from '../../src/orders/order.ts';
import { startOrder } from '../../src/orders/start-order.ts';
import { type PolicyOverrides, resolvePolicies } from '../../src/policies/resolve-policies.ts';
import type { ParkedOnFailure } from '../../src/wire/progress.ts';
import type { OrderWorld } from './order-world.ts';
import { until } from './until.ts';

const [example] = loadExampleOrders();
assert.ok(example);

/** A customer whom the sandbox's Stripe knows. */
export const { customer } = example.request;

/** What a model reads out of an email: one lamp for 12.00 EUR. */
export const oneLamp: string = JSON.stringify({
  items: [{ description: 'lamp', quantity: 1, unitPrice: '12.00' }],
  total: '12.00',
  currency: 'EUR',
} satisfies ExtractedOrder);

/** Gives up after two attempts, also of those that did nothing, so that a test need not wait for it. */
export const impatient = { maximumAttempts: 2, initialIntervalMs: 10, elapsedBudgetMs: 0 };

/** Starts an order for one lamp. */
export function startTestOrder(
  world: OrderWorld,
  id: string,
  overrides: PolicyOverrides = {},
  model = 'openai:gpt-4o-mini',
) {
  return startOrder(
    world.client,
    {
      request: { email: 'One lamp, 12.00 EUR please', customer },
      model,
      policies: resolvePolicies(overrides),
    },
    { id, taskQueue: world.taskQueue },
  );
}

/** Waits until a step that failed has parked the workflow; another park than `notThis`. */
export async function parkedOnFailure(
  world: OrderWorld,
  id: string,
  notThis?: string,
): Promise<ParkedOnFailure> {
  const parked = await until(async () => {
    const found = (await workflowStatus(world.client, id)).progress?.parked?.[0];
    return found?.parkId === notThis ? undefined : found;
  });
  if (parked.type === 'ApprovalRequired') assert.fail('it waits for an approval');
  return parked;
}
