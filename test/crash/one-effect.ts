import { workflowInfo } from '@temporalio/workflow';
import { runToItsEnd } from '../../src/durable/end-workflow.ts';
import { effectRunner } from '../../src/durable/run-effects.ts';
import { trackProgress } from '../../src/durable/track-progress.ts';
import type { RetryPolicy } from '../../src/policies/retry-policy.ts';
import type { Rules } from '../../src/wire/rules.ts';
import { taskQueuesOf } from '../../src/wire/task-queues.ts';

/** What {@link oneEffect} does. */
export interface OneEffectInput {
  /** The activity's name at the worker. */
  readonly activity: string;
  readonly input: unknown;
  readonly policy: RetryPolicy;
  readonly scope: string;
  /** The queue whose effects queue serves it. */
  readonly effectsOf: string;
}

/** A workflow of one effect, for tests: scheduled, and ended, as the real ones do it. */
export async function oneEffect(given: OneEffectInput): Promise<unknown> {
  const { activity, input, policy, scope, effectsOf } = given;
  const progress = trackProgress();
  const effects = effectRunner(progress);
  const rules = {
    ...{ scope, ledger: workflowInfo().workflowId, models: {}, effects: { [activity]: 'one' } },
    policies: { one: policy } as unknown as Rules['policies'],
    queues: taskQueuesOf(effectsOf),
  };
  const run = () => effects.run(activity, input, Promise.resolve(rules));
  return runToItsEnd(run, effects, progress);
}
