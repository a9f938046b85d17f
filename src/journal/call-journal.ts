import type { AttemptErrorFields } from '../failures/attempt-error.ts';
import { billingOf } from '../policies/billing.ts';
import { costOf, formatAmount } from '../policies/budget-price.ts';
import type { Usage } from '../policies/call-costs.ts';
import type { RetryDecision } from '../policies/decide-retry.ts';
import { providerOf } from '../policies/model-name.ts';
import { requestIdFor } from '../wire/identifiers.ts';
import type { ModelAnswer, ModelRequest } from '../wire/model-call.ts';
import type { SentState } from '../wire/recorded-attempt.ts';
import type { AttemptRecorder } from './attempt-recorder.ts';

/** What is known of a call's attempt when it begins. */
export interface CallAttempt {
  readonly workflowId: string;
  readonly runId?: string;
  readonly request: Pick<ModelRequest, 'step' | 'model' | 'policy'>;
  /** Counted from 1 over all schedulings of the call. */
  readonly attempt: number;
  /** How long the gate held it. */
  readonly heldMs?: number;
}

/** The journal's side of a model call; has the shape of an attempt log. */
export interface CallJournal {
  start(attempt: CallAttempt): {
    sent(): void;
    finished(answer: Pick<ModelAnswer, 'usage' | 'providerRequestId' | 'mended'>): void;
    failed(fields: AttemptErrorFields, decision: RetryDecision): void;
    interrupted(): void;
  };
  /** The gate sent it back: nothing was sent, and the attempt does not count. */
  deferred(attempt: CallAttempt, delayMs: number): void;
}

/** Keeps the attempts of model calls: what they cost, how they ended, what comes next and why. */
export function createCallJournal(recorder: AttemptRecorder): CallJournal {
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
  return {
    ...(reason !== undefined && { reason }),
    ...(status !== undefined && { status }),
    ...(providerRequestId !== undefined && { providerRequestId }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** The delay chosen and where it came from, or why there is no next attempt. */
export function nextStep(decision: RetryDecision) {
  if (!decision.retry) return { stopped: decision.why };
  const { delayMs, source, hold } = decision;
  return { delayMs, delaySource: hold?.isFree ? ('probe' as const) : source };
}

function begun({ workflowId, runId = '', request, attempt, heldMs = 0 }: CallAttempt) {
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

function costs({ policy, model }: CallAttempt['request'], usage: Usage) {
  const price = policy.prices[model];
  // A provider may count anything; the journal fails no call for it.
  const counted =
    Number.isSafeInteger(usage.inputTokens) && Number.isSafeInteger(usage.outputTokens);
  return price && counted
    ? { cost: formatAmount(costOf(usage, price)), currency: price.currency }
    : {};
}
