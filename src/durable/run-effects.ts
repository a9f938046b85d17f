import { proxyActivities } from '@temporalio/workflow';
import { createFailure } from '../failures/create-failure.ts';
import { findFailure } from '../failures/find-failure.ts';
import { didYouMean } from '../policies/did-you-mean.ts';
import type { RetryPolicy } from '../policies/retry-policy.ts';
import type { EffectOutcome, EffectRequest } from '../wire/effect-call.ts';
import { effectLabel } from '../wire/idempotency-key.ts';
import { namePattern } from '../wire/identifiers.ts';
import { assertPayloadFits } from '../wire/payload-limit.ts';
import type { Rules } from '../wire/rules.ts';
import { activityOptions } from './activity-options.ts';
import type { BegunEffect } from './settle-effects.ts';
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

/** Runs the effects of a workflow by their names, and knows which it began and did not see settled. */
export type EffectRunner = ReturnType<typeof effectRunner>;

/** After these the ledger's row is settled, or there never was one. */
const settling: readonly unknown[] = ['EffectRefused', 'IdempotencyKeyReused', 'InvalidRequest'];

/** Runs effects: policy, queue, summary, progress and parking are taken care of. */
export function effectRunner(progress: ProgressTracker) {
  const used = new Set<string>();
  const begun = new Map<string, BegunEffect>();
  const running = new Set<Promise<unknown>>();

  function take(label: string): void {
    if (!namePattern.test(label)) {
      throw createFailure('InvalidRequest', `${label} does not fit an idempotency key`);
    }
    if (used.has(label)) {
      throw createFailure('EffectNameReused', `the effect ${label} ran already in this run`);
    }
    used.add(label);
  }

  async function run(
    name: string,
    input: unknown,
    rules: Promise<Rules>,
    { step, skippable = false }: EffectOptions = {},
  ): Promise<unknown> {
    const { effects, policies, queues, scope } = await rules;
    const label = effectLabel(name, step);
    const policyName = effects[name];
    const ruling = policyName === undefined ? undefined : policies[policyName];
    if (policyName === undefined || !ruling) {
      const message = `the application of this worker has no effect ${name}`;
      throw createFailure('InvalidRequest', `${message}${didYouMean(name, Object.keys(effects))}`);
    }
    take(label);
    assertPayloadFits(`the input of ${label}`, input);
    const named = { input, scope, ...(step !== undefined && { step }) };
    const attempt = async ({ policy }: { readonly policy: RetryPolicy }): Promise<unknown> => {
      progress.step(label);
      const taskQueue = queues.effects;
      const activities = proxyActivities<Record<string, RunActivity>>({
        ...activityOptions(policy, cappedAttempts(policy), label),
        taskQueue,
      });
      begun.set(label, { ...named, name, label, policy, taskQueue });
      try {
        const { result, ...how } = await (activities[name] as RunActivity)({ ...named, policy });
        begun.delete(label);
        progress.effectDone({ name: label, ...how });
        return result;
      } catch (error) {
        if (settling.includes(findFailure(error)?.type)) begun.delete(label);
        throw error;
      }
    };
    const about = { name: label, policyName, policy: ruling, skippable, run: attempt };
    return untilDone(about, progress.parkOnFailure);
  }

  return {
    run: (...effect: Parameters<typeof run>): Promise<unknown> => {
      const done = run(...effect);
      running.add(done);
      const end = () => void running.delete(done);
      done.then(end, end);
      return done;
    },
    /** Waits for those that nobody waits for, each to its end, good or bad. */
    ended: async () => {
      while (running.size > 0) await Promise.allSettled(running);
    },
    /** Those of which no attempt said how it ended. */
    unsettled: (): readonly BegunEffect[] => [...begun.values()],
  };
}

/** What the activities of all effects have in common. */
type RunActivity = (request: EffectRequest<unknown>) => Promise<EffectOutcome<unknown>>;

/** With an elapsed budget not all attempts of an effect count: the activity counts them itself. */
function cappedAttempts({ maximumAttempts, elapsedBudgetMs }: RetryPolicy): number | undefined {
  return elapsedBudgetMs > 0 ? undefined : maximumAttempts || undefined;
}
