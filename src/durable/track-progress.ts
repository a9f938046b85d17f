import {
  condition,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import {
  addSpent,
  callSpent,
  costDecimals,
  nothingSpent,
  type Spent,
  type SpentRecord,
  spentFromRecord,
  spentRecord,
} from '../policies/budget.ts';
import { type Held, type HeldStep, heldInWords } from '../wire/held.ts';
import { requestIdFor } from '../wire/identifiers.ts';
import type { CallReport, FailedModel } from '../wire/model-call.ts';
import { present } from '../wire/present.ts';
import type { DoneEffect, LeftBehind, Progress, Tries } from '../wire/progress.ts';
import { describeProgress } from './describe-progress.ts';
import { progressQuery, wakeHeldSignal } from './messages.ts';
import { createPark } from './park.ts';
import { listenForResume } from './park-on-failure.ts';
import { publishState } from './publish-state.ts';

/** A workflow's account of itself: the query's answer, the UI's details, the search attribute. */
export type ProgressTracker = ReturnType<typeof trackProgress>;

const waiting = 'waiting for a person';

/** An account as JSON, for the next run of the same workflow. */
export interface ProgressRecord {
  readonly progress: Progress;
  readonly spent: SpentRecord;
  readonly published: readonly HeldStep[];
}

/**
 * Starts the account and answers the query `progress` from here on.
 *
 * @param before that of the run that this one continues.
 */
export function trackProgress(before?: ProgressRecord) {
  let progress: Progress = before?.progress ?? {
    step: 'starting',
    attempts: 0,
    repairs: 0,
    usage: { inputTokens: 0, outputTokens: 0 },
    requestIds: [],
    effects: [],
  };
  let totals = before ? spentFromRecord(before.spent) : nothingSpent;
  const spend = (more: Partial<Spent>) => {
    totals = addSpent(totals, more);
    const { attempts, possiblyBilled, inputTokens, outputTokens } = totals;
    const cost = costDecimals(totals.cost);
    update({
      attempts,
      usage: { inputTokens, outputTokens },
      ...(possiblyBilled > 0 && { possiblyBilled }),
      ...(Object.keys(cost).length > 0 && { cost }),
    });
  };
  const update = (change: Partial<Progress>) => {
    progress = { ...progress, ...change };
    setCurrentDetails(describeProgress(progress, workflowInfo().workflowId));
  };
  const published = publishState(before?.published);
  let wakes = 0;
  setHandler(wakeHeldSignal, () => {
    wakes += 1;
  });
  const released = (step: string) => {
    const { held = [], ...rest } = progress;
    const others = held.filter((each) => each.step !== step);
    progress = others.length > 0 ? { ...rest, held: others } : rest;
    update({});
  };
  setHandler(progressQuery, () => progress);
  const park = createPark({
    park: (parked) => {
      update({ parked: [...(progress.parked ?? []), parked], step: waiting });
      published.park(parked);
    },
    unpark: (answer) => {
      const { parked = [], ...rest } = progress;
      const others = parked.filter(({ parkId }) => parkId !== answer.parkId);
      progress = others.length > 0 ? { ...rest, parked: others } : rest;
      const step = others.length > 0 ? waiting : answer.step;
      update({ step, answers: [...(progress.answers ?? []), answer] });
      published.unpark(answer.parkId);
    },
  });
  return {
    current: () => progress,
    step: (step: string) => update({ step }),
    callStarted(step: string, isRepair: boolean) {
      const requestId = requestIdFor(workflowInfo().workflowId, step);
      // A call that a person resumed, or that goes on in another run, is the same.
      if (progress.requestIds.includes(requestId)) return;
      update({
        requestIds: [...progress.requestIds, requestId],
        repairs: progress.repairs + (isRepair ? 1 : 0),
      });
    },
    /** What a call has used up in a workflow of its own. */
    spentElsewhere: (spent: SpentRecord) => spend(spentFromRecord(spent)),
    /** For the next run of this workflow. */
    record: (): ProgressRecord => ({
      ...{ progress, spent: spentRecord(totals), published: published.held() },
    }),
    /** What a scheduling of a call has used up, answered or not. */
    spent: (...costs: Parameters<typeof callSpent>) => spend(callSpent(...costs)),
    /** @param mended what is not as the model wrote it. */
    answered(model: string, step: string, mended?: readonly string[]) {
      const requestId = requestIdFor(workflowInfo().workflowId, step);
      const more = mended && [...(progress.mended ?? []), { requestId, mended }];
      update({ model, ...(more && { mended: more }) });
    },
    /** A model did not answer, and the next one of the list is asked. */
    movedOn: (failed: FailedModel) =>
      update({ failedModels: [...(progress.failedModels ?? []), failed] }),
    /** The call of this step is open; `undefined`: it has ended. */
    tries(step: string, tries: Tries | undefined) {
      const { [step]: _, ...others } = progress.calls ?? {};
      const { calls: __, ...rest } = progress;
      const calls = tries ? { ...others, [step]: tries } : others;
      progress = Object.keys(calls).length > 0 ? { ...rest, calls } : rest;
      if (!tries) published.release(step);
    },
    /** Sleeps because nothing is to be sent for the call of this step; a signal ends it sooner. */
    async sleepHeld(step: string, held: Held & { readonly untilMs: number }) {
      update({ held: [...(progress.held ?? []), { step, ...held }] });
      published.hold({ step, ...held });
      const wakesBefore = wakes;
      const summary = `${step} held: ${heldInWords(held)}, next try about ${clockTime(held.untilMs)} UTC`;
      try {
        await condition(() => wakes > wakesBefore, held.untilMs - Date.now(), { summary });
      } finally {
        released(step);
      }
    },
    /** All that was spent so far, for the budgets. */
    totals: () => totals,
    effectDone: (effect: DoneEffect) => update({ effects: [...progress.effects, effect] }),
    /** It ends without a result: kept where it is told without a worker. */
    leaves: (left: LeftBehind) => upsertMemo({ holdfastLeft: left }),
    /** Waits for a person. */
    park,
    /** Waits for a person who says what becomes of a failed step. */
    parkOnFailure: listenForResume(park),
  };
}

/** `14:03` */
function clockTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(11, 16);
}

/** The account's figures for the workflow's result. */
export function reportOf(progress: ProgressTracker): CallReport {
  const { attempts, repairs, usage, possiblyBilled, cost, model, ...rest } = progress.current();
  const { failedModels, mended, requestIds } = rest;
  return present({
    ...{ attempts, repairs, usage, possiblyBilled, cost, model, failedModels, mended, requestIds },
  });
}
