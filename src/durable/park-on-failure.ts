import { setHandler, workflowInfo } from '@temporalio/workflow';
import { createFailure } from '../failures/create-failure.ts';
import type { FoundFailure } from '../failures/find-failure.ts';
import type { ModelPolicy, RetryPolicy } from '../policies/retry-policy.ts';
import type { Resolve, Resume } from '../wire/park-answers.ts';
import type { ParkAnswer, ParkedOnFailure } from '../wire/progress.ts';
import { ledgerActivity } from './ledger-activity.ts';
import { resolveUpdate, resumeUpdate } from './messages.ts';
import type { Park, PersonsAnswer } from './park.ts';
import { changePolicy } from './read-rules.ts';

/** A step that failed for good. */
export interface FailedStep {
  readonly step: string;
  readonly failure: FoundFailure;
  readonly policyName: string;
  readonly policy: RetryPolicy | ModelPolicy;
  readonly model?: string;
  readonly isEffect: boolean;
  readonly skippable: boolean;
}

/** What is to become of it. */
export type ParkDecision =
  | { readonly kind: 'retry'; readonly model?: string; readonly policy: RetryPolicy | ModelPolicy }
  | { readonly kind: 'skip' }
  | { readonly kind: 'fail' };

/** Waits for the person who says what becomes of a failed step; past the deadline it fails. */
export type ParkOnFailure = (failed: FailedStep) => Promise<ParkDecision>;

interface Waiting {
  readonly failed: FailedStep;
  readonly parked: ParkedOnFailure;
  answer?: PersonsAnswer<ParkDecision>;
  busy: boolean;
}

/** Listens for `resume` and `resolve` from the start of the workflow. */
export function listenForResume(park: Park): ParkOnFailure {
  let waiting: Waiting | undefined;

  setHandler(
    resumeUpdate,
    async (resume): Promise<ParkAnswer> => {
      const { failed, parked } = named(resume.parkId);
      const did = resume.action === 'skip' ? 'skip' : describeRetry(resume);
      const decision = await whileBusy(() => decisionFrom(resume, failed));
      answer({ answer: decision, did, by: resume.resumedBy });
      const { parkId, step, type } = parked;
      return { parkId, step, type, did, by: resume.resumedBy, at: new Date().toISOString() };
    },
    { validator: (resume) => assertFits(resume, named(resume.parkId).failed) },
  );

  setHandler(
    resolveUpdate,
    async (resolve) => {
      const { failed } = named(resolve.parkId);
      return whileBusy(async () => {
        const resolved = await resolveInLedger(failed, resolve);
        const kind = resolve.verdict.kind === 'give up' ? 'fail' : 'retry';
        const did = `resolved: ${resolve.verdict.kind}`;
        answer({ answer: { kind, policy: failed.policy }, did, by: resolve.resolvedBy });
        return resolved;
      });
    },
    {
      validator: ({ parkId }) => {
        if (!named(parkId).failed.isEffect) throw refused('a model call has nothing to resolve');
      },
    },
  );

  /** @throws InvalidRequest unless this is the park that waits for an answer now. */
  function named(parkId: string): Waiting {
    if (!waiting) throw refused('this workflow waits for nothing that can be resumed');
    if (waiting.parked.parkId !== parkId) {
      throw refused(`the answer is for ${parkId}, this waits as ${waiting.parked.parkId}`);
    }
    if (waiting.answer || waiting.busy) throw refused(`${parkId} is answered already`);
    return waiting;
  }
  function answer(given: PersonsAnswer<ParkDecision>): void {
    if (waiting) waiting.answer = given;
  }
  /** While the answer is worked on, no other one is taken and the deadline waits. */
  async function whileBusy<T>(work: () => Promise<T>): Promise<T> {
    if (waiting) waiting.busy = true;
    try {
      return await work();
    } finally {
      if (waiting) waiting.busy = false;
    }
  }

  return async function parkOnFailure(failed) {
    const { step, policy } = failed;
    const decision = await park<ParkDecision>({
      step,
      deadlineMs: policy.parkDeadlineMs,
      describe: (frame) => {
        const parked: ParkedOnFailure = { ...frame, ...describeFailed(failed) };
        waiting = { failed, parked, busy: false };
        return parked;
      },
      answer: () => waiting?.answer,
      isBusy: () => waiting?.busy === true,
      ended: () => {
        waiting = undefined;
      },
    });
    return decision ?? { kind: 'fail' };
  };
}

function describeFailed(failed: FailedStep): Omit<ParkedOnFailure, 'parkId' | 'since' | 'until'> {
  const { step, failure, policyName, model, isEffect, skippable } = failed;
  const { type, message, details } = failure;
  if (type === 'ApprovalRequired') throw new TypeError('an approval is no failed step');
  return {
    type,
    step,
    reasons: [message],
    policy: policyName,
    skippable,
    ...(model !== undefined && { model }),
    ...(isEffect && details.requestId !== undefined && { effectKey: details.requestId }),
    ...(isEffect && details.target !== undefined && { target: details.target }),
  };
}

/** @throws InvalidRequest when the answer does not fit the step. */
function assertFits({ action, model }: Resume, { step, isEffect, skippable }: FailedStep): void {
  if (action === 'skip') {
    if (skippable) return;
    throw refused(`the workflow cannot go on without the result of ${step}`);
  }
  if (model !== undefined && (isEffect || !/^[^:]+:.+$/s.test(model))) {
    throw refused(isEffect ? `${step} asks no model` : `${model} is not provider:model`);
  }
}

/** @throws ActivityFailure over `InvalidRequest` when it changes the policy to one that makes no sense. */
async function decisionFrom(
  { action, model, policy: fields }: Resume,
  { policy, policyName }: FailedStep,
): Promise<ParkDecision> {
  if (action === 'skip') return { kind: 'skip' };
  return {
    kind: 'retry',
    policy: fields ? await changePolicy(policyName, policy, fields) : policy,
    ...(model !== undefined && { model }),
  };
}

function describeRetry({ model, policy }: Resume): string {
  const changes = [
    ...(model === undefined ? [] : [`model ${model}`]),
    ...Object.entries(policy ?? {}).map(([field, value]) => `${field} ${JSON.stringify(value)}`),
  ];
  return changes.length === 0 ? 'retry' : `retry with ${changes.join(', ')}`;
}

function resolveInLedger({ step }: FailedStep, { parkId: _, ...resolve }: Resolve) {
  const { workflowId } = workflowInfo();
  return ledgerActivity(
    'resolveEffect',
    `resolve ${step}`,
  )({ ...resolve, workflowId, effect: step });
}

function refused(message: string) {
  return createFailure('InvalidRequest', message);
}
