import {
  CancellationScope,
  ContinueAsNew,
  continueAsNew,
  proxyActivities,
  sleep,
} from '@temporalio/workflow';
import type { ForwardActivities } from '../activities/end-forwarded.ts';
import { findFailure } from '../failures/find-failure.ts';
import type { Usage } from '../policies/call-costs.ts';
import { webhookPolicy } from '../policies/catalogue.ts';
import { noOutage } from '../policies/outage.ts';
import { type ForwardInput, forwardStep } from '../wire/forwarded.ts';
import type { CallReport } from '../wire/model-call.ts';
import { activityOptions } from './activity-options.ts';
import type { CallSoFar } from './call-so-far.ts';
import { historyFull } from './elsewhere.ts';
import { runCall } from './run-call.ts';
import { reportOf, trackProgress } from './track-progress.ts';

/** What an earlier run of the same call hands on. */
export interface ForwardedBefore {
  readonly soFar: CallSoFar;
  readonly progress: NonNullable<Parameters<typeof trackProgress>[0]>;
}

/**
 * A forwarded call that needs more than its first attempt: it is held, retried and shown as an asked
 * one. Its body and its answer are bytes in a record that clients are served from; none of them passes
 * through a history.
 */
export async function forward(input: ForwardInput, before?: ForwardedBefore): Promise<CallReport> {
  const { id, model, bytes, maximumOutputTokens, policy, attemptsUsed, deadlineAtMs } = input;
  const progress = trackProgress(before?.progress);
  const step = forwardStep;
  const end = async () => {
    if (input.hasWebhook) await tellWebhook(id);
  };
  if (input.hasEnded) {
    await end();
    progress.step('done');
    return reportOf(progress);
  }
  if (!before) {
    progress.callStarted(step, false);
    const { possiblyBilled } = input;
    progress.spent({ attempts: attemptsUsed, possiblyBilled }, undefined, nothing);
    if (input.delayMs > 0) await sleep(input.delayMs);
  }
  const left = Math.max(1, policy.maximumAttempts - attemptsUsed);
  const soFar: CallSoFar = before?.soFar ?? {
    ...{ attemptsUsed, elapsedMs: 0, endedIn: {}, outage: noOutage, deadlineAtMs },
    ...(policy.maximumAttempts > 0 && { attemptsLeft: left }),
  };
  try {
    await runCall(
      { step, model, messages: [], forwarded: { id, bytes }, maximumOutputTokens, policy },
      { summary: `${model}, forwarded` },
      soFar,
      progress,
      {
        isDue: historyFull(),
        goOn: (next) =>
          continueAsNew<typeof forward>(input, { soFar: next, progress: progress.record() }),
      },
    );
    progress.answered(model, step);
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    const failure = findFailure(error);
    const { type, message } = failure ?? cancelled;
    const { attempts, possiblyBilled: billed } = progress.totals();
    // Whoever waits for the record is told, also of a cancellation.
    const { endForwarded } = proxyActivities<ForwardActivities>(
      activityOptions(policy, undefined, 'tell the client'),
    );
    await CancellationScope.nonCancellable(() =>
      endForwarded({ id, type, message, attempts, possiblyBilled: billed }),
    );
    await end();
    throw error;
  }
  await end();
  progress.step('done');
  return reportOf(progress);
}

const cancelled = { type: 'InvalidRequest', message: 'the call was cancelled' } as const;
const nothing: Usage = { inputTokens: 0, outputTokens: 0 };

/**
 * Tells the webhook of a call's key that it has ended, once, also of a cancellation. What it refuses
 * for days is in the ledger and the journal; the call has ended as it has ended.
 */
function tellWebhook(id: string): Promise<void> {
  const { readWebhookEvent, sendWebhook, webhookTold } = proxyActivities<ForwardActivities>(
    activityOptions(webhookPolicy, undefined, 'tell the webhook'),
  );
  return CancellationScope.nonCancellable(async () => {
    const input = await readWebhookEvent(id);
    // Its record was deleted meanwhile: nobody wants to hear of it.
    if (!input) return;
    await sendWebhook({ input, policy: webhookPolicy }).catch(() => {});
    await webhookTold(id);
  });
}
