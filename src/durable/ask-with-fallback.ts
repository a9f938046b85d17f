import { workflowInfo } from '@temporalio/workflow';
import { createFailure } from '../failures/create-failure.ts';
import { type FoundFailure, findFailure, isCancelled } from '../failures/find-failure.ts';
import { attemptsUntilFallback, type NextModel, nextModel, placeOf } from '../policies/fallback.ts';
import type { ModelPolicy } from '../policies/retry-policy.ts';
import { requestIdFor } from '../wire/identifiers.ts';
import type { FailedModel, ModelAnswer, ModelRequest } from '../wire/model-call.ts';
import { describeFailedModel } from '../wire/model-call.ts';
import type { CallSoFar } from './call-so-far.ts';
import type { ProgressTracker } from './track-progress.ts';

/** The call of one model of the list. */
export interface ModelCall
  extends Pick<
    ModelRequest,
    'step' | 'model' | 'policy' | 'attemptsUntilFallback' | 'elapsedUsedMs' | 'attemptsLeft'
  > {
  /** For people, after the title of what is asked: ` (fallback 1)`; empty for the first model. */
  readonly suffix: string;
}

/** How far a call has come with the models of the list. JSON: it goes along to another run. */
export interface ModelsSoFar extends NextModel {
  /** Those that did not answer. */
  readonly failed: readonly FailedModel[];
  readonly attemptsUsed: number;
  readonly elapsedUsedMs: number;
  /** How far the call of this model has come; absent before it is asked. */
  readonly call?: CallSoFar;
}

/**
 * Asks the models of the policy's list one after the other, until one answers. The caps of the policy are for all
 * of them together: what one has used up, in attempts and time, the next does not have.
 *
 * @param first its step ends its request id; those of the others end in `.fallback-<place>`.
 * @throws ApplicationFailure of the last model's type; its message names all that were asked.
 */
export async function askWithFallback(
  first: Pick<ModelCall, 'model' | 'step' | 'policy'> & { readonly models?: ModelsSoFar },
  progress: Pick<ProgressTracker, 'callStarted' | 'answered' | 'movedOn'>,
  ask: (call: ModelCall, soFar: ModelsSoFar) => Promise<ModelAnswer>,
): Promise<{ readonly model: string; readonly answer: ModelAnswer }> {
  const { policy } = first;
  const { fallback } = policy;
  let soFar: ModelsSoFar = first.models ?? {
    model: first.model,
    place: placeOf(fallback, first.model),
    failed: [],
    attemptsUsed: 0,
    elapsedUsedMs: 0,
  };
  while (true) {
    const { model, place, failed, attemptsUsed, elapsedUsedMs } = soFar;
    const isFallback = failed.length > 0;
    const step = isFallback ? `${first.step}.fallback-${place}` : first.step;
    if (isFallback) progress.callStarted(step, false);
    try {
      const answer = await ask(
        {
          step,
          model,
          policy,
          ...(policy.maximumAttempts > 0 && {
            attemptsLeft: policy.maximumAttempts - attemptsUsed,
          }),
          ...(place < fallback.length && {
            attemptsUntilFallback: attemptsUntilFallback(fallback, soFar),
          }),
          elapsedUsedMs,
          suffix: isFallback ? ` (fallback ${place})` : '',
        },
        soFar,
      );
      progress.answered(model, step, answer.mended);
      return { model, answer };
    } catch (error) {
      const failure = isCancelled(error) ? undefined : findFailure(error);
      if (!failure) throw error;
      const { attempt: attempts = 0, elapsedMs = elapsedUsedMs, budget } = failure.details;
      const requestId = requestIdFor(workflowInfo().workflowId, step);
      const gaveUp = { requestId, model, type: failure.type, attempts };
      const all = [...failed, gaveUp];
      const used = { attemptsUsed: attemptsUsed + attempts, elapsedUsedMs: elapsedMs };
      // Our own budgets are the same for every model.
      const next = budget === undefined ? nextModel(fallback, soFar, failure.type) : undefined;
      if (!next || isUsedUp(policy, used)) {
        throw all.length === 1 ? error : allFailed(all, failure, error as Error);
      }
      progress.movedOn(gaveUp);
      soFar = { ...next, failed: all, ...used };
    }
  }
}

function isUsedUp(
  policy: ModelPolicy,
  { attemptsUsed, elapsedUsedMs }: Pick<ModelsSoFar, 'attemptsUsed' | 'elapsedUsedMs'>,
): boolean {
  const { maximumAttempts, elapsedBudgetMs } = policy;
  return (
    (maximumAttempts > 0 && attemptsUsed >= maximumAttempts) ||
    (elapsedBudgetMs > 0 && elapsedUsedMs >= elapsedBudgetMs)
  );
}

function allFailed(failed: readonly FailedModel[], last: FoundFailure, cause: Error) {
  const list = failed.map(describeFailedModel).join(', ');
  const message = `${failed.length} models did not answer: ${list}; the last: ${last.message}`;
  return createFailure(last.type, message, { final: true, details: last.details, cause });
}
