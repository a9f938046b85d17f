import type { Client } from '@temporalio/client';
import { type StartInput, type StartOptions, startOnce } from '../client/start.ts';
import type { Policies } from '../policies/catalogue.ts';
import { type PolicyOverrides, resolvePolicies } from '../policies/resolve-policies.ts';
import type { ProcessOrderInput, ProcessOrderResult } from './order.ts';

type ProcessOrder = (input: ProcessOrderInput) => Promise<ProcessOrderResult>;

/**
 * What an order changes in the catalogue: it parks where reading its email fails for good, since
 * no person waits for its answer, and one revoked key would otherwise fail every order there is.
 */
export const orderDefaults: PolicyOverrides = { model: { onFailure: 'park' } };

/** The policies of an order: overrides come on top of {@link orderDefaults}. */
export function resolveOrderPolicies(...overrides: unknown[]): Policies {
  return resolvePolicies(orderDefaults, ...overrides);
}

/**
 * Starts `processOrder`, or attaches to it. See {@link startOnce} for errors.
 *
 * @param input without policies, those of orders rule; to change some, `resolveOrderPolicies`.
 */
export function startOrder(
  client: Client,
  { policies = resolveOrderPolicies(), ...input }: StartInput<ProcessOrderInput>,
  options: StartOptions,
) {
  return startOnce<ProcessOrder>(client, 'processOrder', { ...input, policies }, options);
}
