import { workflowInfo } from '@temporalio/workflow';
import { createFailure } from '../failures/create-failure.ts';
import { type FoundFailure, findFailure, isCancelled } from '../failures/find-failure.ts';
import { attemptsUntilFallback, nextModel, placeOf } from '../policies/fallback.ts';
import type { ModelPolicy } from '../policies/retry-policy.ts';
import { requestIdFor } from '../wire/identifiers.ts';
import type { FailedModel, ModelAnswer, ModelRequest } from '../wire/model-call.ts';
import { describeFailedModel } from '../wire/model-call.ts';
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

/**
 * Asks the models of the policy's list one after the other, until one answers. The caps of the policy are for all
 * of them together: what one has used up, in attempts and time, the next does not have.
 *
 * @param first its step ends its request id; those of the others end in `.fallback-<place>`.
 * @throws ApplicationFailure of the last model's type; its message names all that were asked.
 */
export async function askWithFallback(
  first: Pick<ModelCall, 'model' | 'step' | 'policy'>,
  progress: Pick<ProgressTracker, 'callStarted' | 'movedOn'>,
  ask: (call: ModelCall) => Promise<ModelAnswer>,
): Promise<{ readonly model: string; readonly answer: ModelAnswer }> {
  const { policy } = first;
  // A workflow that was started before there were such lists has none.
  const { fallback = [] } = policy;
  const failed: FailedModel[] = [];
  let asked = { model: first.model, place: placeOf(fallback, first.model) };
  let { step } = first;
  let suffix = '';
  let attemptsUsed = 0;
  let elapsedUsedMs = 0;
  while (true) {
    const { model } = asked;
    const remaining = policy.maximumAttempts - attemptsUsed;
    try {
      const answer = await ask({
        step,
        model,
        policy,
        ...(policy.maximumAttempts > 0 && { attemptsLeft: remaining }),
        ...(asked.place < fallback.length && {
          attemptsUntilFallback: attemptsUntilFallback(fallback, asked),
        }),
        elapsedUsedMs,
        suffix,
      });
      return { model, answer };
    } catch (error) {
      const failure = isCancelled(error) ? undefined : findFailure(error);
      if (!failure) throw error;
      const { attempt: attempts = 0, elapsedMs = elapsedUsedMs, budget } = failure.details;
      attemptsUsed += attempts;
      elapsedUsedMs = elapsedMs;
      const requestId = requestIdFor(workflowInfo().workflowId, step);
      const gaveUp = { requestId, model, type: failure.type, attempts };
      failed.push(gaveUp);
      // Our own budgets are the same for every model.
      const next = budget === undefined ? nextModel(fallback, asked, failure.type) : undefined;
      if (!next || isUsedUp(policy, attemptsUsed, elapsedUsedMs)) {
        throw failed.length === 1 ? error : allFailed(failed, failure, error as Error);
      }
      progress.movedOn(gaveUp);
      asked = next;
      step = `${first.step}.fallback-${next.place}`;
      suffix = ` (fallback ${next.place})`;
      progress.callStarted(step, false);
    }
  }
}

function isUsedUp(policy: ModelPolicy, attemptsUsed: number, elapsedUsedMs: number): boolean {
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
