import { findFailure, isCancelled } from '../failures/find-failure.ts';
import { parks } from '../policies/parks.ts';
import type { RetryPolicy } from '../policies/retry-policy.ts';
import type { ParkOnFailure } from './park-on-failure.ts';
import { asWorkerLost } from './worker-lost.ts';

/** A step that a person may have tried again. */
export interface Step<Result, Policy extends RetryPolicy> {
  readonly name: string;
  readonly policyName: string;
  readonly policy: Policy;
  /** The model that is asked now; absent for effects. */
  readonly model?: () => string;
  readonly skippable?: boolean;
  /**
   * @param rules as they are now: a person may have changed them.
   * @param round 0, and one more after each park.
   */
  readonly run: (
    rules: { readonly policy: Policy; readonly model: string },
    round: number,
  ) => Promise<Result>;
}

/**
 * Does a step until it succeeds. What its policy parks on waits for a person, and then this step
 * alone is tried again; everything done before it is kept.
 *
 * @returns `undefined` only for a step that a person skipped.
 */
export async function untilDone<Result, Policy extends RetryPolicy>(
  step: Step<Result, Policy>,
  parkOnFailure: ParkOnFailure,
): Promise<Result | undefined> {
  const { name, policyName, skippable = false } = step;
  let { policy } = step;
  let chosen: string | undefined;
  for (let round = 0; ; round += 1) {
    try {
      return await step.run({ policy, model: chosen ?? step.model?.() ?? '' }, round);
    } catch (thrown) {
      if (!(thrown instanceof Error) || isCancelled(thrown)) throw thrown;
      const error = asWorkerLost(thrown);
      const failure = findFailure(error);
      if (!failure || !parks(policy, failure.type)) throw error;
      const model = step.model?.();
      const decision = await parkOnFailure({
        step: name,
        failure,
        policyName,
        policy,
        ...(model !== undefined && { model }),
        isEffect: model === undefined,
        skippable,
      });
      if (decision.kind === 'skip') return undefined;
      if (decision.kind === 'fail') throw error;
      policy = decision.policy as Policy;
      chosen = decision.model;
    }
  }
}
