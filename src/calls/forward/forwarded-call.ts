import {
  AttemptError,
  type AttemptErrorFields,
  isAttemptError,
} from '../../failures/attempt-error.ts';
import { billingOf } from '../../policies/billing.ts';
import type { Usage } from '../../policies/call-costs.ts';
import type { ForwardedAnswer, ForwardedRequest } from '../../wire/forwarded.ts';
import { requestIdFor } from '../../wire/identifiers.ts';
import type { AttemptCall, CallAnswer } from '../attempt-call.ts';
import { requestHeaders } from '../provider/request-headers.ts';
import { type ForwardAttempt, ForwardError } from './forward-attempt.ts';

/** A forwarded call's record, as an attempt of it needs it. */
export interface ForwardedRecord {
  readonly request: ForwardedRequest;
  readonly body: Uint8Array;
  readonly answer: ForwardedAnswer | null;
  readonly ended_at_ms: number | null;
  readonly attempts: number;
  readonly possibly_billed: number;
  /** The provider's own id of a response that it goes on with. */
  readonly response_id: string | null;
}

/** Where bodies and answers of forwarded calls are: the gateway's table. */
export interface ForwardedRecords {
  readonly read: (id: string) => Promise<ForwardedRecord | undefined>;
  readonly answered: (
    id: string,
    head: ForwardedAnswer,
    body: Uint8Array,
    used: { readonly attempts: number; readonly possiblyBilled: number },
  ) => Promise<boolean>;
  /** Counts a failed attempt; the provider's own error answer is kept for the client. */
  readonly attemptFailed: (
    id: string,
    failed: {
      readonly attempts: number;
      /** How many more attempts may have been billed: this one, and those whose workers were lost. */
      readonly possiblyBilled: number;
      /** What it was billed for, where that is known. */
      readonly usage: Usage | undefined;
      readonly answer: ForwardError['answer'];
      /** Where the next attempt fetches the response; `null` where it asks anew. */
      readonly responseId: string | null;
    },
  ) => Promise<void>;
  /** The provider has it: from now on it is fetched. */
  readonly responds: (id: string, responseId: string) => Promise<unknown>;
}

/**
 * Adds forwarded calls to the function that makes attempts: their bodies come from a record, and their
 * answers go into it before anything else happens. All that is around an attempt, gate, policy, journal,
 * is the same for them.
 */
export function withForwardedCalls(
  attemptCall: AttemptCall,
  { records, send }: { readonly records: ForwardedRecords; readonly send: ForwardAttempt },
): AttemptCall {
  return async function attempt(asked, context) {
    if (!asked.forwarded) return attemptCall(asked, context);
    const { id } = asked.forwarded;
    const record = await records.read(id);
    if (!record) throw new AttemptError(recordIsGone);
    // Recorded by an attempt whose worker was lost before it could say so.
    if (record.ended_at_ms !== null) {
      if (record.answer && record.answer.status < 300) return answerOf(record.answer);
      throw new AttemptError(hasEnded);
    }
    try {
      const { body, usage, status, headers, providerRequestId } = await send(
        record.request,
        record.body,
        {
          signal: context.signal,
          requestTimeoutMs: asked.policy.requestTimeoutMs,
          headers: requestHeaders(requestIdFor(context.workflowId, asked.step), context.attempt),
          onSent: () => context.log?.sent(),
          ...(record.response_id !== null && { resume: { responseId: record.response_id } }),
          onResponse: (responseId) => records.responds(id, responseId),
        },
      );
      const head = { status, headers, usage };
      const { attempt: attempts } = context;
      const possiblyBilled = record.possibly_billed + lostBefore(record, attempts);
      await records.answered(id, head, body, { attempts, possiblyBilled });
      return answerOf(head, providerRequestId);
    } catch (error) {
      if (isAttemptError(error)) {
        const own = error instanceof ForwardError ? error : undefined;
        const isPossiblyBilled = billingOf(error.fields) === 'possibly billed';
        await records.attemptFailed(id, {
          attempts: context.attempt,
          possiblyBilled: lostBefore(record, context.attempt) + (isPossiblyBilled ? 1 : 0),
          usage: error.fields.usage,
          answer: own?.answer,
          responseId: own ? (own.resume?.responseId ?? null) : record.response_id,
        });
      }
      throw error;
    }
  };
}

/** Attempts that were begun, and of whose ends nothing was recorded: their workers were lost. */
function lostBefore({ attempts, response_id }: ForwardedRecord, attempt: number): number {
  // What the provider goes on with is only fetched.
  return response_id === null ? Math.max(0, attempt - 1 - attempts) : 0;
}

const notMade = { type: 'InvalidRequest', by: 'holdfast', sent: false } as const;
const recordIsGone: AttemptErrorFields = { ...notMade, reason: 'its record is gone' };
const hasEnded: AttemptErrorFields = { ...notMade, reason: 'it was cancelled' };

function answerOf({ usage }: ForwardedAnswer, providerRequestId?: string): CallAnswer {
  return {
    text: '',
    finishReason: 'other',
    usage: usage ?? { inputTokens: 0, outputTokens: 0 },
    ...(providerRequestId !== undefined && { providerRequestId }),
  };
}
