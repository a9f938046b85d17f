import type { Client } from '@temporalio/client';
import type { Policies } from '../client.ts';
import {
  resolvePolicies,
  type StartOptions,
  type StartWorkflowOptions,
  startWorkflow,
} from '../client.ts';
import type { ProcessOrderInput, ProcessOrderResult } from './order.ts';
import { orderDefaults } from './order-defaults.ts';

type ProcessOrder = (input: ProcessOrderInput) => Promise<ProcessOrderResult>;

/** The policies of an order: overrides come on top of {@link orderDefaults}. */
export function resolveOrderPolicies(...overrides: unknown[]): Policies {
  return resolvePolicies(orderDefaults, ...overrides);
}

/**
 * Starts `processOrder`, or attaches to it. See `startOnce` for errors.
 *
 * @param input without policies, those of orders rule; to change some, `resolveOrderPolicies`.
 */
export function startOrder(
  client: Client,
  { policies, ...input }: ProcessOrderInput & { readonly policies?: Policies },
  options: StartOptions,
) {
  return startWorkflow<ProcessOrder>(client, 'processOrder', input, {
    ...options,
    identity: input.request,
    ...(policies && { policies: changesIn(policies) }),
  });
}

/** The worker knows the rest, and its first answer writes all that rules into the history. */
function changesIn(policies: Policies): NonNullable<StartWorkflowOptions['policies']> {
  const usual: Readonly<Record<string, object>> = { ...resolveOrderPolicies() };
  const changed = Object.entries(policies).map(([name, policy]) => {
    const before = new Map(Object.entries(usual[name] ?? {}));
    const isSame = (field: string, value: unknown) =>
      JSON.stringify(before.get(field)) === JSON.stringify(value);
    const fields = Object.entries(policy).filter(([field, value]) => !isSame(field, value));
    return [name, Object.fromEntries(fields)] as const;
  });
  return Object.fromEntries(changed.filter(([, fields]) => Object.keys(fields).length > 0));
}
