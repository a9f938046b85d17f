import { proxyActivities } from '@temporalio/workflow';
import { activityOptions } from '../../src/durable/activity-options.ts';
import type { RetryPolicy } from '../../src/policies/retry-policy.ts';
import type { EffectOutcome, EffectRequest } from '../../src/wire/effect-call.ts';
import { taskQueuesOf } from '../../src/wire/task-queues.ts';

/** What {@link oneEffect} does. */
export interface OneEffectInput {
  /** The activity's name at the worker. */
  readonly activity: string;
  readonly input: unknown;
  readonly policy: RetryPolicy;
  /** The queue whose effects queue serves it. */
  readonly effectsOf: string;
}

/** A workflow of one effect, for tests: scheduled as the real ones schedule theirs. */
export async function oneEffect(input: OneEffectInput): Promise<EffectOutcome<unknown>> {
  const { activity, policy, effectsOf } = input;
  const activities = proxyActivities<
    Record<string, (request: EffectRequest<unknown>) => Promise<EffectOutcome<unknown>>>
  >({
    ...activityOptions(policy, 0, activity),
    taskQueue: taskQueuesOf(effectsOf).effects,
  });
  const run = activities[activity];
  if (!run) throw new TypeError(`no activity ${activity}`);
  return run({ input: input.input, policy });
}
