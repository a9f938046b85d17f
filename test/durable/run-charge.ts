import { workflowInfo } from '@temporalio/workflow';
import type { EffectOptions } from '../../src/durable/run-effects.ts';
import { effectRunner } from '../../src/durable/run-effects.ts';
import type { ProgressTracker } from '../../src/durable/track-progress.ts';
import type { Charge, ChargeInput } from '../../src/effects/targets/stripe/payments.ts';
import type { Policies, PolicySet } from '../../src/policies/catalogue.ts';
import { taskQueuesOf } from '../../src/wire/task-queues.ts';

/** The effect `charge` under given policies, for workflows of tests. */
export function chargeUnder(policies: Policies, progress: ProgressTracker) {
  const { run } = effectRunner(progress);
  const effects = { charge: 'payment' };
  const rules = {
    ...{ scope: 'default', ledger: '', models: {}, policies: policies as PolicySet, effects },
    queues: taskQueuesOf(workflowInfo().taskQueue),
  };
  return (input: ChargeInput, options?: EffectOptions) =>
    run('charge', input, Promise.resolve(rules), options) as Promise<Charge>;
}
