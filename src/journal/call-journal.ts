import type { AttemptLog, LoggedAttempt } from '../calls/attempt-log.ts';
import type { AttemptErrorFields } from '../failures/attempt-error.ts';
import { billingOf } from '../policies/billing.ts';
import { costOf, formatAmount } from '../policies/budget-price.ts';
import type { Usage } from '../policies/call-costs.ts';
import type { RetryDecision } from '../policies/decide-retry.ts';
import { providerOf } from '../policies/model-name.ts';
import { requestIdFor } from '../wire/identifiers.ts';
import { present } from '../wire/present.ts';
import type { SentState } from '../wire/recorded-attempt.ts';
import type { AttemptRecorder } from './attempt-recorder.ts';

/** Keeps the attempts of model calls: what they cost, how they ended, what comes next and why. */
export function createCallJournal(recorder: AttemptRecorder): AttemptLog {
  return {
    start(call) {
      const open = recorder.begin({ ...begun(call), sent: 'no' });
      return {
        sent: open.sent,
        finished({ usage, providerRequestId, mended }) {
          open.end({
            outcome: 'answered',
            sent: 'yes',
            ...usage,
            ...costs(call.request, usage),
            billing: 'billed',
            ...(mended && { reason: `mended: ${mended.join(', ')}` }),
            ...(providerRequestId !== undefined && { providerRequestId }),
          });
        },
        failed(fields, decision) {
          const { usage } = fields;
          open.end({
            outcome: fields.type,
            sent: sentState(fields.sent),
            ...(usage && { ...usage, ...costs(call.request, usage) }),
            billing: billingOf(fields),
            ...failureFields(fields),
            ...nextStep(decision),
          });
        },
        interrupted() {
          const billing = open.soFar().sent === 'no' ? 'not billed' : 'possibly billed';
          open.end({ outcome: 'interrupted', billing });
        },
      };
    },
    deferred(call, delayMs) {
      recorder.begin({ ...begun(call), sent: 'no' }).end({
        outcome: 'deferred',
        delayMs,
        delaySource: 'gate',
        billing: 'not billed',
      });
    },
  };
}

/** `true`, `false`, or not to be known. */
export function sentState(sent: boolean | undefined): SentState {
  return sent === undefined ? 'unknown' : sent ? 'yes' : 'no';
}

/** The fields of a failure that the journal keeps, for calls and effects. */
export function failureFields(fields: AttemptErrorFields) {
  const { reason, status, providerRequestId, retryAfterMs } = fields;
  return present({ reason, status, providerRequestId, retryAfterMs });
}

/** The delay chosen and where it came from, or why there is no next attempt. */
export function nextStep(decision: RetryDecision) {
  if (!decision.retry) return { stopped: decision.why };
  const { delayMs, source, hold } = decision;
  return { delayMs, delaySource: hold?.isFree ? ('probe' as const) : source };
}

function begun({ workflowId, runId = '', request, attempt, heldMs = 0 }: LoggedAttempt) {
  const { step, model } = request;
  return {
    kind: 'call',
    workflowId,
    runId,
    requestId: requestIdFor(workflowId, step),
    step,
    attempt,
    model,
    provider: providerOf(model),
    ...(heldMs >= 1 && { heldMs }),
  } as const;
}

function costs({ policy, model }: LoggedAttempt['request'], usage: Usage) {
  const price = policy.prices[model];
  // A provider may count anything; the journal fails no call for it.
  const counted =
    Number.isSafeInteger(usage.inputTokens) && Number.isSafeInteger(usage.outputTokens);
  return price && counted
    ? { cost: formatAmount(costOf(usage, price)), currency: price.currency }
    : {};
}
