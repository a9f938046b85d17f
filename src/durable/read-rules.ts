import { proxyLocalActivities } from '@temporalio/workflow';
import type { RulesActivities } from '../activities/create-rules-activity.ts';
import type { PolicySet } from '../policies/catalogue.ts';
import type { RetryPolicy } from '../policies/retry-policy.ts';
import type { JsonObject } from '../wire/json.ts';
import type { Rules } from '../wire/rules.ts';
import type { ActivityQueues } from '../wire/task-queues.ts';

const local = (summary: string) =>
  proxyLocalActivities<RulesActivities>({ startToCloseTimeout: 10_000, summary });

/**
 * What rules a run: the first command of a workflow that asks or does anything.
 *
 * @param overrides of policies, by name: unknown JSON.
 * @throws ApplicationFailure `InvalidRequest` for overrides that make no sense.
 */
export function readRules(overrides: unknown): Promise<Rules> {
  return local('what rules this run').readRules(overrides ?? null);
}

/** Where the activities of this workflow are served. */
export function readQueues(): Promise<ActivityQueues> {
  return local('where activities are served').readQueues();
}

/**
 * A policy with the fields that a person has changed.
 *
 * @throws ActivityFailure over `InvalidRequest` for fields that make no sense.
 */
export function changePolicy(
  name: string,
  policy: RetryPolicy,
  fields: JsonObject,
): Promise<RetryPolicy> {
  return local(`what a person changes of ${name}`).changePolicy(name, policy, fields);
}

/**
 * All policies of a worker's application, for `holdfast policy`.
 *
 * @throws ApplicationFailure `InvalidRequest` for overrides that make no sense.
 */
export async function readPolicies(overrides: unknown): Promise<PolicySet> {
  return (await readRules(overrides)).policies;
}
