import { isAttemptError } from '../../failures/attempt-error.ts';
import { billingOf } from '../../policies/billing.ts';
import { decideRetry } from '../../policies/decide-retry.ts';
import type { ModelPolicy } from '../../policies/retry-policy.ts';
import { mostForwarded } from '../../wire/estimate-tokens.ts';
import type { ForwardedRequest } from '../../wire/forwarded.ts';
import { requestIdFor } from '../../wire/identifiers.ts';
import { present } from '../../wire/present.ts';
import type { AttemptLog, LoggedAttempt } from '../attempt-log.ts';
import { signalOf } from '../gate/gate-signal.ts';
import type { Gates } from '../gate/gates.ts';
import { requestHeaders } from '../provider/request-headers.ts';
import {
  type ForwardAttempt,
  type ForwardContext,
  ForwardError,
  type WholeAnswer,
} from './forward-attempt.ts';

/** One attempt of a forwarded call. */
export interface ForwardedAttempt
  extends Pick<ForwardContext, 'onBytes' | 'resume' | 'onResponse' | 'signal'> {
  /** The workflow id that the journal keeps it under. */
  readonly workflowId: string;
  /** The step within that: with it the request id. */
  readonly step: string;
  readonly tenant: string;
  /** It goes only while no other call waits at the gate. */
  readonly isLow?: boolean;
  readonly request: ForwardedRequest;
  readonly body: Uint8Array;
  readonly policy: ModelPolicy;
  /** Counted from 1 over all attempts of the call. */
  readonly attempt: number;
  /** Time that earlier attempts, and the waits between them, have used of the elapsed budget. */
  readonly elapsedMs?: number;
  /** Longest wait at the gate here; what has to wait longer comes back as `held`. */
  readonly longestHoldMs: number;
  /** Ends the wait at the gate alone; {@link signal} otherwise. */
  readonly waitSignal?: AbortSignal;
  /** Committed between gate and request: what is sent is always written down before. */
  readonly beforeSend?: () => Promise<void>;
}

/** What became of an attempt. */
export type AttemptOutcome =
  | { readonly kind: 'answer'; readonly answer: WholeAnswer; readonly elapsedMs: number }
  /** The gate holds it back: nothing was sent, and no attempt is used. */
  | { readonly kind: 'held'; readonly delayMs: number }
  | (Pick<ForwardError, 'fields' | 'answer' | 'hadContent' | 'resume'> & {
      readonly kind: 'failed';
      readonly isPossiblyBilled: boolean;
      /** When to try again; absent when the policy says that it is over. */
      readonly retryInMs?: number;
      readonly elapsedMs: number;
    });

/** Makes one attempt of a forwarded call: gate, request, journal, and what the policy says of a failure. */
export type RunAttempt = (attempt: ForwardedAttempt) => Promise<AttemptOutcome>;

/** Makes the function that all forwarded calls go through, whoever counts their attempts. */
export function createRunAttempt(dependencies: {
  readonly gates: Gates;
  readonly attempt: ForwardAttempt;
  readonly log: AttemptLog;
  readonly random?: () => number;
}): RunAttempt {
  const { gates, attempt: send, log, random = Math.random } = dependencies;

  return async function runAttempt(call) {
    const { request, body, policy, signal, attempt, workflowId, step } = call;
    const arrivedMs = performance.now();
    const most = mostForwarded(body.byteLength, request.maximumOutputTokens);
    const { inputTokens, outputTokens } = most;
    const decision = await gates.enter({
      model: request.model,
      // Those of a tenant that are low are a line of their own.
      fairnessKey: call.isLow ? `${call.tenant} low` : call.tenant,
      isLow: call.isLow ?? false,
      tokens: inputTokens + outputTokens,
      capMs: call.longestHoldMs,
      call: requestIdFor(workflowId, step),
      signal: call.waitSignal ?? signal,
    });
    const heldMs = performance.now() - arrivedMs;
    const logged: LoggedAttempt = {
      ...{ workflowId, attempt, heldMs },
      request: { step, model: request.model, policy },
    };
    if (decision.kind === 'deferred') {
      log.deferred(logged, decision.delayMs);
      return { kind: 'held', delayMs: decision.delayMs };
    }
    const { pass } = decision;
    // However it ends: only the first end of a pass counts.
    using _ = { [Symbol.dispose]: () => pass.ended({ signal: 'unknown' }) };
    await call.beforeSend?.();
    const entry = log.start(logged);
    const startedMs = performance.now();
    const elapsedMs = () => (call.elapsedMs ?? 0) + performance.now() - startedMs;
    try {
      const answer = await send(request, body, {
        ...{ signal, requestTimeoutMs: policy.requestTimeoutMs, onSent: entry.sent },
        headers: requestHeaders(requestIdFor(workflowId, step), attempt),
        ...present({ onBytes: call.onBytes, resume: call.resume, onResponse: call.onResponse }),
      });
      const { usage, providerRequestId } = answer;
      entry.finished({
        ...{ finishReason: 'other', usage },
        ...(providerRequestId !== undefined && { providerRequestId }),
      });
      pass.ended({ signal: 'answered' }, usage.inputTokens + usage.outputTokens || undefined);
      return { kind: 'answer', answer, elapsedMs: elapsedMs() };
    } catch (error) {
      if (!isAttemptError(error)) {
        entry.interrupted();
        throw error;
      }
      const { fields } = error;
      const { sent, retryAfterMs, usage } = fields;
      const tokens = sent === false ? 0 : usage && usage.inputTokens + usage.outputTokens;
      pass.ended({ signal: signalOf(fields), retryAfterMs }, tokens);
      const decided = decideRetry(policy, { ...fields, attempt, elapsedMs: elapsedMs() }, random);
      entry.failed(fields, decided);
      const own = error instanceof ForwardError ? error : undefined;
      return {
        ...{ kind: 'failed', fields, answer: own?.answer, elapsedMs: elapsedMs() },
        isPossiblyBilled: billingOf(fields) === 'possibly billed',
        hadContent: own?.hadContent === true,
        resume: own?.resume,
        ...(decided.retry && { retryInMs: decided.delayMs }),
      };
    }
  };
}
