import { setHandler, workflowInfo } from '@temporalio/workflow';
import { createFailure } from '../failures/create-failure.ts';
import type { FoundFailure } from '../failures/find-failure.ts';
import type { ModelPolicy, RetryPolicy } from '../policies/retry-policy.ts';
import type { Resolve, Resume } from '../wire/park-answers.ts';
import { present } from '../wire/present.ts';
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
  const waiting = new Set<Waiting>();

  setHandler(
    resumeUpdate,
    async (resume): Promise<ParkAnswer> => {
      const waits = named(resume.parkId);
      const did = resume.action === 'skip' ? 'skip' : describeRetry(resume);
      const by = resume.resumedBy;
      const decision = await whileBusy(waits, () => decisionFrom(resume, waits.failed));
      waits.answer = { answer: decision, did, by };
      const { parkId, step, type } = waits.parked;
      return { parkId, step, type, did, by, at: new Date().toISOString() };
    },
    { validator: (resume) => assertFits(resume, named(resume.parkId).failed) },
  );

  setHandler(
    resolveUpdate,
    (resolve) => {
      const waits = named(resolve.parkId);
      return whileBusy(waits, async () => {
        const resolved = await resolveInLedger(waits.failed, resolve);
        const kind = resolve.verdict.kind === 'give up' ? 'fail' : 'retry';
        const answer = { kind, policy: waits.failed.policy } as const;
        const did = `resolved: ${resolve.verdict.kind}`;
        waits.answer = { answer, did, by: resolve.resolvedBy };
        return resolved;
      });
    },
    {
      validator: ({ parkId }) => {
        if (!named(parkId).failed.isEffect) throw refused('a model call has nothing to resolve');
      },
    },
  );

  /** @throws InvalidRequest unless this park waits for an answer now. */
  function named(parkId: string): Waiting {
    const all = [...waiting];
    const found = all.find(({ parked }) => parked.parkId === parkId);
    if (found && !found.answer && !found.busy) return found;
    if (found) throw refused(`${parkId} is answered already`);
    if (all.length === 0) throw refused('this workflow waits for nothing that can be resumed');
    const ids = all.map(({ parked }) => parked.parkId).join(', ');
    throw refused(`the answer is for ${parkId}, this waits as ${ids}`);
  }

  return async function parkOnFailure(failed) {
    let waits: Waiting | undefined;
    try {
      const decision = await park<ParkDecision>({
        step: failed.step,
        deadlineMs: failed.policy.parkDeadlineMs,
        describe: (frame) => {
          const parked: ParkedOnFailure = { ...frame, ...describeFailed(failed) };
          waits = { failed, parked, busy: false };
          waiting.add(waits);
          return parked;
        },
        answer: () => waits?.answer,
        isBusy: () => waits?.busy === true,
      });
      return decision ?? { kind: 'fail' };
    } finally {
      if (waits) waiting.delete(waits);
    }
  };
}

/** While the answer is worked on, no other one is taken and the deadline waits. */
async function whileBusy<T>(waits: Waiting, work: () => Promise<T>): Promise<T> {
  waits.busy = true;
  try {
    return await work();
  } finally {
    waits.busy = false;
  }
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
    ...present({ model }),
    ...(isEffect && present({ effectKey: details.requestId, target: details.target })),
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
