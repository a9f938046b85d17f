import type { AttemptLog, LoggedAttempt } from '../../calls/attempt-log.ts';
import {
  type ForwardAttempt,
  type ForwardContext,
  ForwardError,
  type WholeAnswer,
} from '../../calls/forward/forward-attempt.ts';
import { signalOf } from '../../calls/gate/gate-signal.ts';
import type { Gates } from '../../calls/gate/gates.ts';
import { requestHeaders } from '../../calls/provider/request-headers.ts';
import { type AttemptErrorFields, isAttemptError } from '../../failures/attempt-error.ts';
import { billingOf } from '../../policies/billing.ts';
import { decideRetry } from '../../policies/decide-retry.ts';
import type { ModelPolicy } from '../../policies/retry-policy.ts';
import { requestIdFor } from '../../wire/identifiers.ts';
import type { AttemptsUsed, NewRequest } from '../store/request-store.ts';

/** The step of a forwarded call within its workflow, and in the journal. */
export const forwardStep = 'forward';

/** Longest hold at the gate in the gateway's own process; a longer one is a workflow's. */
const longestHoldMs = 1000;

/** What {@link createFirstAttempt} needs. */
export interface FirstAttemptDependencies {
  readonly gates: Gates;
  readonly attempt: ForwardAttempt;
  readonly log: AttemptLog;
  readonly policy: ModelPolicy;
  readonly random?: () => number;
}

/** What became of the first attempt. */
export type FirstOutcome =
  | { readonly kind: 'answer'; readonly answer: WholeAnswer; readonly used: AttemptsUsed }
  /** A workflow goes on with it, after so long. */
  | { readonly kind: 'later'; readonly delayMs: number; readonly used: AttemptsUsed }
  | {
      readonly kind: 'failed';
      readonly fields: AttemptErrorFields;
      readonly answer: ForwardError['answer'];
      readonly used: AttemptsUsed;
    }
  /** Its stream broke off after content: a client cannot be given another attempt's. */
  | { readonly kind: 'broken'; readonly fields: AttemptErrorFields; readonly used: AttemptsUsed };

/** Makes the first attempt of a forwarded call, in this process: most calls need no other. */
export function createFirstAttempt(dependencies: FirstAttemptDependencies) {
  const { gates, attempt, log, policy, random = Math.random } = dependencies;

  return async function firstAttempt(
    { id, tenant, request, body }: Pick<NewRequest, 'id' | 'tenant' | 'request' | 'body'>,
    signal: AbortSignal,
    onBytes: ForwardContext['onBytes'],
  ): Promise<FirstOutcome> {
    const arrivedMs = performance.now();
    const decision = await gates.enter({
      model: request.model,
      fairnessKey: tenant,
      tokens: estimatedTokens(request.maximumOutputTokens, body),
      capMs: Math.min(longestHoldMs, policy.gateCapMs),
      signal,
    });
    const heldMs = performance.now() - arrivedMs;
    const logged: LoggedAttempt = {
      ...{ workflowId: id, attempt: 1, heldMs },
      request: { step: forwardStep, model: request.model, policy },
    };
    if (decision.kind === 'deferred') {
      log.deferred(logged, decision.delayMs);
      return { kind: 'later', delayMs: decision.delayMs, used: { attempts: 0, possiblyBilled: 0 } };
    }
    const { pass } = decision;
    // However it ends: only the first end of a pass counts.
    using _ = { [Symbol.dispose]: () => pass.ended({ signal: 'unknown' }) };
    const entry = log.start(logged);
    try {
      const answer = await attempt(request, body, {
        ...{ signal, requestTimeoutMs: policy.requestTimeoutMs, onSent: entry.sent },
        headers: requestHeaders(requestIdFor(id, forwardStep), 1),
        ...(onBytes && { onBytes }),
      });
      const { usage, providerRequestId } = answer;
      entry.finished({
        ...{ text: '', finishReason: 'other', usage },
        ...(providerRequestId !== undefined && { providerRequestId }),
      });
      pass.ended({ signal: 'answered' }, usage.inputTokens + usage.outputTokens || undefined);
      return { kind: 'answer', answer, used: { attempts: 1, possiblyBilled: 0 } };
    } catch (error) {
      if (!isAttemptError(error)) {
        entry.interrupted();
        throw error;
      }
      const { fields } = error;
      const { type, sent, retryAfterMs, usage } = fields;
      const tokens = sent === false ? 0 : usage && usage.inputTokens + usage.outputTokens;
      pass.ended({ signal: signalOf(type, sent), retryAfterMs }, tokens);
      const elapsedMs = performance.now() - arrivedMs - heldMs;
      const decided = decideRetry(policy, { ...fields, attempt: 1, elapsedMs }, random);
      entry.failed(fields, decided);
      const used = { attempts: 1, possiblyBilled: billingOf(fields) === 'possibly billed' ? 1 : 0 };
      const own = error instanceof ForwardError ? error : undefined;
      if (own?.hadContent) return { kind: 'broken', fields, used };
      if (decided.retry) return { kind: 'later', delayMs: decided.delayMs, used };
      return { kind: 'failed', fields, answer: own?.answer, used };
    }
  };
}

/** What a prompt's characters are in tokens, for lack of the provider's own count. */
const charactersPerToken = 4;
/** What an answer is taken for, where the client names no limit. */
const usualOutputTokens = 1000;

/** Tokens that a request will use at most, by an estimate. */
export function estimatedTokens(maximumOutputTokens: number | undefined, body: Uint8Array): number {
  return Math.ceil(body.length / charactersPerToken) + (maximumOutputTokens ?? usualOutputTokens);
}
