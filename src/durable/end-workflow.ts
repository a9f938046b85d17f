import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  TemporalFailure,
} from '@temporalio/workflow';
import { createFailure } from '../failures/create-failure.ts';
import { findFailure, isCancelled } from '../failures/find-failure.ts';
import { describeLeft } from '../wire/left-behind.ts';
import type { LeftBehind } from '../wire/progress.ts';
import type { EffectRunner } from './run-effects.ts';
import { settleEffects } from './settle-effects.ts';
import type { ProgressTracker } from './track-progress.ts';

/**
 * Runs a workflow to its end, and leaves no effect begun and not settled, however it ends: completed
 * although an effect failed, failed, or cancelled, whether its code heeds the cancellation or not.
 *
 * @throws what the workflow throws; its message says what was done before, and what may have been.
 */
export async function runToItsEnd<Result>(
  run: () => Promise<Result>,
  effects: Pick<EffectRunner, 'ended' | 'unsettled'>,
  progress: Pick<ProgressTracker, 'current' | 'effectDone' | 'leaves'>,
): Promise<Result> {
  const scope = new CancellationScope();
  let result: Result;
  try {
    result = await scope.run(run);
    await effects.ended();
  } catch (thrown) {
    const error = asCancellation(thrown);
    // It goes on as new; or its code has a mistake, and waits for the mended deploy: it must not go
    // on by a single command.
    if (!failsWorkflow(error)) throw error;
    scope.cancel();
    await effects.ended();
    const left = await leave(effects, progress);
    const isNothing = left.done.length + left.inDoubt.length === 0;
    if (isNothing) throw error;
    progress.leaves(left);
    throw tellingOf(left, error);
  }
  if (effects.unsettled().length > 0) progress.leaves(await leave(effects, progress));
  return result;
}

async function leave(
  effects: Pick<EffectRunner, 'unsettled'>,
  progress: Pick<ProgressTracker, 'current' | 'effectDone'>,
): Promise<LeftBehind> {
  const inDoubt: string[] = [];
  for (const { label, key, state, did } of await settleEffects(effects.unsettled())) {
    if (state === 'unknown') inDoubt.push(key);
    if (state === 'done') progress.effectDone({ name: label, replayed: true, ...(did && { did }) });
  }
  return { done: progress.current().effects.map(({ name, did = name }) => did), inDoubt };
}

/**
 * An attempt that failed after its workflow was cancelled arrives as its failure, and would end the
 * workflow as failed: it was cancelled.
 */
function asCancellation(error: unknown): unknown {
  const isAsked = CancellationScope.current().consideredCancelled;
  if (!isAsked || !isCancelled(error) || error instanceof CancelledFailure) return error;
  return new CancelledFailure('Workflow cancelled', [], error as Error);
}

/** As the worker decides it: `workflowFailureErrorTypes`. */
function failsWorkflow(error: unknown): error is Error {
  return (
    error instanceof TemporalFailure || (error instanceof Error && /^\$?ZodError$/.test(error.name))
  );
}

/** The same failure, with what was done before it. A cancellation stays one: it is told of elsewhere. */
function tellingOf(left: LeftBehind, error: Error): Error {
  if (isCancelled(error)) return error;
  const told = describeLeft(left);
  const found = findFailure(error);
  if (found) {
    const { type, message, details } = found;
    return createFailure(type, `${message}; ${told}`, { final: true, details, cause: error });
  }
  if (!(error instanceof ApplicationFailure)) return error;
  const { type, message, details } = error;
  return ApplicationFailure.create({
    ...{ message: `${message}; ${told}`, nonRetryable: true, cause: error },
    ...(type && { type }),
    ...(details && { details }),
  });
}
