import { proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { CallActivities } from '../activities/create-activities.ts';
import { createFailure } from '../failures/create-failure.ts';
import { costDetails } from '../policies/call-costs.ts';
import { mostUsage } from '../wire/estimate-tokens.ts';
import { heldInWords } from '../wire/held.ts';
import { requestIdFor } from '../wire/identifiers.ts';
import type { Deferred, ModelAnswer, ModelOutcome, ModelRequest } from '../wire/model-call.ts';
import { assertPayloadFits } from '../wire/payload-limit.ts';
import { activityOptions } from './activity-options.ts';
import {
  afterScheduling,
  type CallSoFar,
  failedCosts,
  pastDeadline,
  requestFields,
} from './call-so-far.ts';
import type { ProgressTracker } from './track-progress.ts';
import { asWorkerLost } from './worker-lost.ts';

/** A call as the workflow asks it, without what changes from one scheduling to the next. */
export type AskedCall = Omit<ModelRequest, keyof ReturnType<typeof requestFields> | 'fairnessKey'>;

/** Where a call is served, and how the Temporal UI names it. */
export interface CallPlace {
  /** Default: as the worker's bundle says. */
  readonly taskQueue?: string;
  readonly summary: string;
}

/** Where a call goes on that would make the history of its workflow too large. */
export interface GoesOn {
  /** Asked before each scheduling, which writes so many bytes. */
  readonly isDue: (bytes: number) => boolean;
  readonly goOn: (soFar: CallSoFar) => Promise<ModelAnswer>;
}

/**
 * One call: schedules the activity until it has an answer. What is held sleeps and is scheduled
 * again; what the policy counts by failure type is counted here.
 *
 * In one function, without `then` or `catch`: Temporal's sandbox records a stack trace for each promise.
 *
 * @throws ApplicationFailure the last attempt's; past the deadline with for how long it was held.
 */
export async function runCall(
  call: AskedCall,
  { taskQueue, summary }: CallPlace,
  before: CallSoFar,
  progress: ProgressTracker,
  { isDue, goOn }: GoesOn,
): Promise<ModelAnswer> {
  const { policy, step, model } = call;
  const { workflowId, priority } = workflowInfo();
  const requestId = requestIdFor(call.workflowId ?? workflowId, step);
  const fairnessKey = priority?.fairnessKey;
  const price = policy.prices[model];
  const atMost = mostUsage(call);
  let soFar = before;
  const request = { ...call, ...requestFields(soFar, Date.now()) };
  const bytes = assertPayloadFits('the request to the model', request);
  try {
    while (true) {
      if (isDue(bytes)) return await goOn(soFar);
      const { attemptsUsed, attemptsLeft, elapsedMs } = soFar;
      const scheduling = { ...soFar, scheduledAtMs: Date.now() };
      const maximumAttempts = attemptsLeft === undefined ? 0 : attemptsUsed + attemptsLeft;
      progress.tries(step, { attemptsUsed, maximumAttempts });
      const activities = proxyActivities<CallActivities>({
        ...activityOptions(policy, soFar.attemptsLeft, summary),
        ...(taskQueue !== undefined && { taskQueue }),
        // What the server shows of it is found again among the workflow's own account.
        activityId: step,
        ...(fairnessKey !== undefined && { priority: { fairnessKey } }),
      });
      let outcome: ModelOutcome;
      try {
        outcome = await activities.callModel({
          ...call,
          ...requestFields(soFar, Date.now()),
          ...(fairnessKey !== undefined && { fairnessKey }),
        });
      } catch (error) {
        const costs = failedCosts(error as Error, scheduling);
        progress.spent(costs, price, atMost);
        throw asWorkerLost(error as Error, {
          requestId,
          attempt: attemptsUsed + costs.attempts,
          elapsedMs: elapsedMs + (costs.elapsedMs ?? 0),
          ...costDetails(costs),
        });
      }
      progress.spent(outcome, price, atMost);
      if (outcome.kind === 'answer') return outcome;

      const nowMs = Date.now();
      soFar = afterScheduling(soFar, outcome, nowMs);
      const used = { requestId, attempt: soFar.attemptsUsed, elapsedMs: soFar.elapsedMs };
      if (outcome.kind === 'limited') {
        const count = soFar.endedIn[outcome.type] ?? 0;
        const allowed = policy.attemptsByType[outcome.type] ?? policy.maximumAttempts;
        if (count >= allowed) {
          const message = `${outcome.message}; giving up after ${count} of these`;
          throw createFailure(outcome.type, message, { final: true, details: used });
        }
        progress.spent({ attempts: 0, elapsedMs: outcome.delayMs }, price, atMost);
      } else if (isClosed(outcome) && call.attemptsUntilFallback?.Overloaded !== undefined) {
        // It would be slept through, if there were no other model for such a time.
        const why = outcome.held
          ? heldInWords(outcome.held)
          : `the gate lets nothing go to ${model}`;
        const message = `${why}: nothing was sent`;
        throw createFailure('Overloaded', message, {
          final: true,
          details: { ...used, sent: false },
        });
      }
      if (nowMs + outcome.delayMs > soFar.deadlineAtMs) {
        throw pastDeadline(soFar, outcome, { requestId, policy, nowMs });
      }
      if (outcome.kind === 'deferred' && outcome.held) {
        const { heldSinceMs: sinceMs = nowMs } = soFar;
        const untilMs = nowMs + outcome.delayMs;
        await progress.sleepHeld(step, { ...outcome.held, sinceMs, untilMs });
      } else await sleep(outcome.delayMs);
    }
  } finally {
    progress.tries(step, undefined);
  }
}

/** Whether it was sent back because the provider is down, or because a person holds it. */
function isClosed({ failure, outage, held }: Deferred): boolean {
  return failure === undefined && (outage?.forMs !== undefined || held?.by !== undefined);
}
