import { continueAsNew } from '@temporalio/workflow';
import { findFailure, isCancelled } from '../failures/find-failure.ts';
import { spentRecord } from '../policies/budget.ts';
import { type HeldCallInput, type HeldCallResult, historyFull } from './elsewhere.ts';
import { runCall } from './run-call.ts';
import { trackProgress } from './track-progress.ts';

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
