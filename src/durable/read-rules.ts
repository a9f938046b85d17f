import { proxyLocalActivities } from '@temporalio/workflow';
import type { RulesActivities } from '../activities/create-rules-activity.ts';
import type { PolicySet } from '../policies/catalogue.ts';
import type { Rules } from '../wire/rules.ts';
import type { ActivityQueues } from '../wire/task-queues.ts';

/**
 * What rules a run: the first command of a workflow that asks or does anything.
 *
 * @param overrides of policies, by name: unknown JSON.
 * @throws ApplicationFailure `InvalidRequest` for overrides that make no sense.
 */
export function readRules(overrides: unknown): Promise<Rules> {
  const local = proxyLocalActivities<RulesActivities>({
    startToCloseTimeout: 10_000,
    summary: 'what rules this run',
  });
  return local.readRules(overrides ?? null);
}

/** Where the activities of this workflow are served: the first command of the library's own workflows. */
export function readQueues(): Promise<ActivityQueues> {
  const local = proxyLocalActivities<RulesActivities>({
    startToCloseTimeout: 10_000,
    summary: 'where activities are served',
  });
  return local.readQueues();
}

/** All policies of a worker's application, for `holdfast policy`. Throws as {@link readRules}. */
export async function readPolicies(overrides: unknown): Promise<PolicySet> {
  return (await readRules(overrides)).policies;
}
