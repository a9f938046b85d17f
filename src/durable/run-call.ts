import { proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { CallActivities } from '../activities/create-activities.ts';
import { createFailure } from '../failures/create-failure.ts';
import type { FailureType } from '../failures/failure-types.ts';
import { costDetails } from '../policies/call-costs.ts';
import { requestIdFor } from '../wire/identifiers.ts';
import type { ModelAnswer, ModelRequest } from '../wire/model-call.ts';
import { assertPayloadFits } from '../wire/payload-limit.ts';
import { activityOptions } from './activity-options.ts';
import { failedCosts } from './failed-costs.ts';
import type { ProgressTracker } from './track-progress.ts';
import { asWorkerLost } from './worker-lost.ts';

/**
 * One call: schedules the activity until it has an answer. What was deferred is scheduled again
 * with the attempts that remain; what the policy counts by failure type is counted here.
 *
 * @param taskQueue where calls are served.
 * @param summary shown by the Temporal UI beside the activity.
 */
export async function runCall(
  request: Omit<ModelRequest, 'attemptsUsed' | 'fairnessKey'>,
  taskQueue: string,
  summary: string,
  progress: ProgressTracker,
): Promise<ModelAnswer> {
  const { policy, step } = request;
  const requestId = requestIdFor(workflowInfo().workflowId, step);
  const endedIn = new Map<FailureType, number>();
  const fairnessKey = workflowInfo().priority?.fairnessKey;
  let attemptsUsed = 0;
  let heldSinceMs: number | undefined;
  // A fallback goes on with the time that the models before it have left.
  let { elapsedUsedMs = 0 } = request;
  assertPayloadFits('the request to the model', { ...request, attemptsUsed });
  const price = policy.prices[request.model];
  while (true) {
    const scheduling = { policy, attemptsUsed, elapsedUsedMs, scheduledAtMs: Date.now() };
    const activities = proxyActivities<CallActivities>({
      ...activityOptions(policy, attemptsUsed, summary),
      taskQueue,
      ...(fairnessKey !== undefined && { priority: { fairnessKey } }),
    });
    const outcome = await activities
      .callModel({
        ...request,
        attemptsUsed,
        elapsedUsedMs,
        ...(fairnessKey !== undefined && { fairnessKey }),
      })
      .catch((error: Error) => {
        const costs = failedCosts(error, scheduling);
        progress.spent(costs, price);
        throw asWorkerLost(error, {
          requestId,
          attempt: attemptsUsed + costs.attempts,
          elapsedMs: elapsedUsedMs + (costs.elapsedMs ?? 0),
          ...costDetails(costs),
        });
      });
    progress.spent(outcome, price);
    if (outcome.kind === 'answer') return outcome;
    attemptsUsed += outcome.attempts;
    elapsedUsedMs += outcome.elapsedMs ?? 0;
    const used = { requestId, attempt: attemptsUsed, elapsedMs: elapsedUsedMs };
    if (outcome.kind === 'limited') {
      heldSinceMs = undefined;
      const count = (endedIn.get(outcome.type) ?? 0) + 1;
      endedIn.set(outcome.type, count);
      const allowed = policy.attemptsByType[outcome.type] ?? policy.maximumAttempts;
      if (count >= allowed) {
        const message = `${outcome.message}; giving up after ${count} of these`;
        throw createFailure(outcome.type, message, { final: true, details: used });
      }
      // A wait between attempts is part of the elapsed budget, a wait for the gate is not.
      elapsedUsedMs += outcome.delayMs;
      progress.spent({ attempts: 0, elapsedMs: outcome.delayMs }, price);
    } else if (outcome.isDown && request.attemptsUntilFallback?.Overloaded !== undefined) {
      // It would be slept through, if there were no other model for such a time.
      const message = `the gate holds back what is for ${request.model}: nothing was sent`;
      throw createFailure('Overloaded', message, {
        final: true,
        details: { ...used, sent: false },
      });
    }
    if (outcome.kind === 'deferred' && outcome.held) {
      heldSinceMs ??= Date.now();
      const { gate, reason } = outcome.held;
      const untilMs = Date.now() + outcome.delayMs;
      progress.held(step, { ...outcome.held, sinceMs: heldSinceMs, untilMs });
      await sleep(outcome.delayMs, { summary: `${step} is held: ${gate} ${reason}` }).finally(() =>
        progress.released(step),
      );
    } else await sleep(outcome.delayMs);
  }
}
