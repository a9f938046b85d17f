import { proxyActivities } from '@temporalio/workflow';
import { createFailure } from '../failures/create-failure.ts';
import type { RetryPolicy } from '../policies/retry-policy.ts';
import type { EffectOutcome, EffectRequest } from '../wire/effect-call.ts';
import { effectLabel } from '../wire/idempotency-key.ts';
import { namePattern } from '../wire/identifiers.ts';
import { assertPayloadFits } from '../wire/payload-limit.ts';
import type { Rules } from '../wire/rules.ts';
import { activityOptions } from './activity-options.ts';
import type { ProgressTracker } from './track-progress.ts';
import { untilDone } from './until-done.ts';

/** How one run of an effect differs from another. */
export interface EffectOptions {
  /** Part of the idempotency key, for an effect that a loop runs: `2026-11`. */
  readonly step?: string;
  /** Whether a person may have the workflow go on without the result. */
  readonly skippable?: boolean;
}

/** Runs an effect, once: `await charge(input)`, or in a loop `await charge(input, { step })`. */
export interface RunEffect<Input, Result> {
  /** @returns `undefined` when a person had it skipped. */
  (input: Input, options: EffectOptions & { skippable: true }): Promise<Result | undefined>;
  (input: Input, options?: Omit<EffectOptions, 'skippable'>): Promise<Result>;
}

/** Runs one effect by its name. */
export type RunNamedEffect = (
  name: string,
  input: unknown,
  rules: Rules,
  options?: EffectOptions,
) => Promise<unknown>;

/** Runs effects: policy, queue, summary, progress and parking are taken care of. */
export function effectRunner(progress: ProgressTracker): RunNamedEffect {
  const used = new Set<string>();

  function take(label: string): void {
    if (!namePattern.test(label)) {
      throw createFailure('InvalidRequest', `${label} does not fit an idempotency key`);
    }
    if (used.has(label)) {
      throw createFailure('EffectNameReused', `the effect ${label} ran already in this run`);
    }
    used.add(label);
  }

  return async (
    name,
    input,
    { effects, policies, queues, scope },
    { step, skippable = false } = {},
  ) => {
    const label = effectLabel(name, step);
    const policyName = effects[name];
    const ruling = policyName === undefined ? undefined : policies[policyName];
    if (policyName === undefined || !ruling) {
      throw createFailure('InvalidRequest', `the application of this worker has no effect ${name}`);
    }
    take(label);
    assertPayloadFits(`the input of ${label}`, input);
    return untilDone(
      { name: label, policyName, policy: ruling, skippable, run },
      progress.parkOnFailure,
    );

    async function run({ policy }: { readonly policy: RetryPolicy }): Promise<unknown> {
      progress.step(label);
      const activities = proxyActivities<Record<string, RunActivity>>({
        ...activityOptions(policy, cappedAttempts(policy), label),
        taskQueue: queues.effects,
      });
      const request = { input, policy, scope, ...(step !== undefined && { step }) };
      const { result, replayed } = await (activities[name] as RunActivity)(request);
      progress.effectDone(label, replayed);
      return result;
    }
  };
}

/** What the activities of all effects have in common. */
type RunActivity = (request: EffectRequest<unknown>) => Promise<EffectOutcome<unknown>>;

/** With an elapsed budget not all attempts of an effect count: the activity counts them itself. */
function cappedAttempts({ maximumAttempts, elapsedBudgetMs }: RetryPolicy): number | undefined {
  return elapsedBudgetMs > 0 ? undefined : maximumAttempts || undefined;
}
