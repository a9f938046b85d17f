import {
  setCurrentDetails,
  setHandler,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { addSpent, callSpent, costDecimals, nothingSpent, type Spent } from '../policies/budget.ts';
import type { Price } from '../policies/budget-price.ts';
import type { Held } from '../wire/held.ts';
import { requestIdFor } from '../wire/identifiers.ts';
import type { CallReport, FailedModel } from '../wire/model-call.ts';
import type { Parked, Progress } from '../wire/progress.ts';
import { holdfastState } from '../wire/search-attributes.ts';
import { describeProgress } from './describe-progress.ts';
import { progressQuery } from './messages.ts';
import { createPark, type Park } from './park.ts';
import { listenForResume, type ParkOnFailure } from './park-on-failure.ts';

/** A workflow's account of itself: the query's answer, the UI's details, the search attribute. */
export interface ProgressTracker {
  readonly current: () => Progress;
  readonly step: (name: string) => void;
  readonly callStarted: (step: string, isRepair: boolean) => void;
  /** What a scheduling of a call has used up, answered or not; with its model's price, if it has one. */
  readonly spent: (costs: Parameters<typeof callSpent>[0], price: Price | undefined) => void;
  readonly answered: (model: string) => void;
  /** A model did not answer, and the next one of the list is asked. */
  readonly movedOn: (failed: FailedModel) => void;
  /** Nothing is sent for the call of this step now; until {@link ProgressTracker.released}. */
  readonly held: (step: string, held: Held) => void;
  readonly released: (step: string) => void;
  /** All that was spent so far, for the budgets. */
  readonly totals: () => Spent;
  readonly effectDone: (name: string, replayed: boolean) => void;
  /** Waits for a person. */
  readonly park: Park;
  /** Waits for a person who says what becomes of a failed step. */
  readonly parkOnFailure: ParkOnFailure;
}

/** Starts the account and answers the query `progress` from here on. */
export function trackProgress(): ProgressTracker {
  let progress: Progress = {
    step: 'starting',
    attempts: 0,
    repairs: 0,
    usage: { inputTokens: 0, outputTokens: 0 },
    requestIds: [],
    effects: [],
  };
  let totals = nothingSpent;
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
  const released = (step: string) => {
    const { held = [], ...rest } = progress;
    const others = held.filter((each) => each.step !== step);
    progress = others.length > 0 ? { ...rest, held: others } : rest;
    update({});
  };
  setHandler(progressQuery, () => progress);
  const park = createPark({
    park: (parked) => {
      update({ parked, step: 'waiting for a person' });
      publishState(parked.type, parked);
    },
    unpark: (answer) => {
      const { parked: _, ...rest } = progress;
      progress = rest;
      update({ step: answer.step, answers: [...(progress.answers ?? []), answer] });
      publishState('running', null);
    },
  });
  return {
    current: () => progress,
    step: (step) => update({ step }),
    callStarted: (step, isRepair) =>
      update({
        requestIds: [...progress.requestIds, requestIdFor(workflowInfo().workflowId, step)],
        repairs: progress.repairs + (isRepair ? 1 : 0),
      }),
    spent: (costs, price) => spend(callSpent(costs, price)),
    answered: (model) => update({ model }),
    movedOn: (failed) => update({ failedModels: [...(progress.failedModels ?? []), failed] }),
    held: (step, held) => {
      released(step);
      update({ held: [...(progress.held ?? []), { step, ...held }] });
    },
    released,
    totals: () => totals,
    effectDone: (name, replayed) => update({ effects: [...progress.effects, { name, replayed }] }),
    park,
    parkOnFailure: listenForResume(park),
  };
}

/**
 * The client sets the search attribute at start where the server knows it; upserting one that it
 * does not know would fail the workflow task for ever. Elsewhere the memo says the same.
 */
function publishState(state: string, parked: Parked | null): void {
  if (workflowInfo().typedSearchAttributes.get(holdfastState) !== undefined) {
    upsertSearchAttributes([{ key: holdfastState, value: state }]);
  }
  // The park itself too: thousands are listed and resumed without waking one of them.
  upsertMemo({ holdfastState: state, holdfastParked: parked });
}

/** The account's figures for the workflow's result. */
export function reportOf(progress: ProgressTracker): CallReport {
  const { attempts, repairs, usage, possiblyBilled, cost, model, failedModels, requestIds } =
    progress.current();
  return {
    attempts,
    repairs,
    usage,
    ...(possiblyBilled !== undefined && { possiblyBilled }),
    ...(cost && { cost }),
    ...(model !== undefined && { model }),
    ...(failedModels && { failedModels }),
    requestIds,
  };
}
