import { continueAsNew, executeChild, workflowInfo } from '@temporalio/workflow';
import { createFailure } from '../failures/create-failure.ts';
import { type FoundFailure, findFailure, isCancelled } from '../failures/find-failure.ts';
import { type SpentRecord, spentRecord } from '../policies/budget.ts';
import type { ModelAnswer } from '../wire/model-call.ts';
import type { CallSoFar } from './call-so-far.ts';
import type { Conversation } from './conversation.ts';
import { type AskedCall, type CallPlace, type GoesOn, runCall } from './run-call.ts';
import { type ProgressRecord, type ProgressTracker, trackProgress } from './track-progress.ts';

/** Says where a call of a conversation goes on. */
export type Elsewhere = (at: {
  readonly call: AskedCall;
  readonly place: CallPlace;
  readonly progress: ProgressTracker;
  readonly conversation: Conversation;
}) => GoesOn;

/** A call of another workflow. */
export interface HeldCallInput {
  readonly call: AskedCall;
  readonly place: CallPlace;
  readonly soFar: CallSoFar;
  /** Of the run before this one. */
  readonly progress?: ProgressRecord;
}

/** How it ended, and what it spent here. */
export type HeldCallResult = { readonly spent: SpentRecord } & (
  | { readonly kind: 'answered'; readonly answer: ModelAnswer }
  | { readonly kind: 'failed'; readonly failure: FoundFailure }
);

/** What one call may write into the history of a workflow that does other things, too. */
const mostBytesOfCall = 100_000;
const mostSchedulingsOfCall = 8;

/**
 * In a child workflow, which continues as new: a large prompt, or a call that is held for long. Each
 * scheduling writes the prompt into the history once more, and the server ends what is too large.
 */
export const inChildWorkflow: Elsewhere = ({ call, place, progress }) => {
  let scheduled = 0;
  return {
    isDue(bytes) {
      scheduled += 1;
      return scheduled * bytes > mostBytesOfCall || scheduled > mostSchedulingsOfCall;
    },
    async goOn(soFar) {
      const { workflowId } = workflowInfo();
      const ended = await executeChild<(input: HeldCallInput) => Promise<HeldCallResult>>(
        'heldCall',
        {
          // No workflow that a person names has a slash in its id.
          workflowId: `${workflowId}/${call.step}`,
          args: [{ call: { ...call, workflowId }, place, soFar }],
          parentClosePolicy: 'REQUEST_CANCEL',
          staticSummary: place.summary,
        },
      );
      progress.spentElsewhere(ended.spent);
      if (ended.kind === 'answered') return ended.answer;
      const { type, message, details } = ended.failure;
      throw createFailure(type, message, { final: true, details });
    },
  };
};

/** A history of so many bytes or events is continued as new: far below what any server allows. */
const fullBytes = 2_500_000;
const fullEvents = 100;

/** Whether this run is to continue as new before it schedules another call; never before its first. */
export function historyFull(): GoesOn['isDue'] {
  let scheduled = 0;
  return (bytes) => {
    scheduled += 1;
    const { historySize, historyLength, continueAsNewSuggested } = workflowInfo();
    const isFull = historySize + bytes > fullBytes || historyLength > fullEvents;
    return scheduled > 1 && (isFull || continueAsNewSuggested);
  };
}

/**
 * Runs one call for a workflow whose history it would make too large. It continues as new as often
 * as it must; what becomes of a failure is decided by the workflow that asked.
 */
export async function heldCall(input: HeldCallInput): Promise<HeldCallResult> {
  const { call, place, soFar } = input;
  const progress = trackProgress(input.progress);
  const spent = () => spentRecord(progress.totals());
  try {
    const answer = await runCall(call, place, soFar, progress, {
      isDue: historyFull(),
      goOn: (next) =>
        continueAsNew<typeof heldCall>({ ...input, soFar: next, progress: progress.record() }),
    });
    return { kind: 'answered', answer, spent: spent() };
  } catch (error) {
    const failure = isCancelled(error) ? undefined : findFailure(error);
    if (!failure) throw error;
    return { kind: 'failed', failure, spent: spent() };
  }
}
