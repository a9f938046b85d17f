import type { Logger } from 'pino';
import type { AttemptErrorFields } from '../failures/attempt-error.ts';
import type { RetryDecision } from '../policies/decide-retry.ts';
import { providerOf } from '../policies/model-name.ts';
import { requestIdFor } from '../wire/identifiers.ts';
import type { ModelRequest } from '../wire/model-call.ts';
import type { CallAnswer } from './attempt-call.ts';

/** Writes what happens to attempts as structured JSON: ids, types and numbers, never content. */
export interface AttemptLog {
  /** Logs `attempt.started`. */
  start(attempt: LoggedAttempt): AttemptEntry;
  /** Logs `attempt.deferred`: the gate sent the call back for `delayMs`, before any request. */
  deferred(attempt: LoggedAttempt, delayMs: number): void;
}

/** What of a call its attempts are told by. */
export type LoggedRequest = Pick<ModelRequest, 'step' | 'model' | 'policy'>;

/** An attempt as it begins. */
export interface LoggedAttempt {
  readonly workflowId: string;
  readonly runId?: string;
  readonly request: LoggedRequest;
  /** Counted from 1 over all schedulings of the call. */
  readonly attempt: number;
  /** How long the gate held it before. */
  readonly heldMs?: number;
}

/** An attempt's further lines; one of `finished`, `failed` and `interrupted` ends it. */
export interface AttemptEntry {
  /** Logs `attempt.sent`: the request left this machine. */
  sent(): void;
  /** Logs `attempt.finished`: the model answered. */
  finished(answer: Finished): void;
  /** Logs `attempt.failed`, with what was decided and where the delay came from. */
  failed(fields: AttemptErrorFields, decision: RetryDecision): void;
  /** Logs `attempt.interrupted`: cancelled, or the worker stops. */
  interrupted(): void;
}

/** What of an answer its attempt is told by. */
type Finished = Pick<CallAnswer, 'usage' | 'providerRequestId' | 'mended'> &
  Partial<Pick<CallAnswer, 'finishReason'>>;

/**
 * Makes the log of attempts.
 *
 * @param log a logger whose destination is synchronous: see `worker/create-logger.ts`.
 * @param now for durations, in milliseconds.
 */
export function createAttemptLog(log: Logger, now: () => number = Date.now): AttemptLog {
  function lineOf({ workflowId, request, attempt }: LoggedAttempt): Logger {
    const { step, model } = request;
    const requestId = requestIdFor(workflowId, step);
    return log.child({ workflowId, requestId, attempt, provider: providerOf(model), model });
  }
  const held = ({ heldMs = 0 }: LoggedAttempt) => heldMs >= 1 && { heldMs: Math.round(heldMs) };
  return {
    deferred(attempt, delayMs) {
      lineOf(attempt).info({ event: 'attempt.deferred', ...held(attempt), sent: false, delayMs });
    },
    start(attempt) {
      const startedMs = now();
      let wasSent = false;
      const line = lineOf(attempt);
      const durationMs = () => Math.round(now() - startedMs);
      line.info({ event: 'attempt.started', ...held(attempt) });
      return {
        sent() {
          wasSent = true;
          line.info({ event: 'attempt.sent', sent: true, durationMs: durationMs() });
        },
        finished({ providerRequestId, finishReason, usage, mended }) {
          line.info({
            event: 'attempt.finished',
            sent: true,
            providerRequestId,
            finishReason,
            mended,
            ...usage,
            durationMs: durationMs(),
          });
        },
        failed({ type, status, reason, sent, providerRequestId, retryAfterMs, usage }, decision) {
          line.warn({
            event: 'attempt.failed',
            failureType: type,
            status,
            reason,
            sent,
            providerRequestId,
            retryAfterMs,
            ...usage,
            retry: decision.retry,
            ...(decision.retry
              ? {
                  delayMs: decision.delayMs,
                  delaySource: decision.source,
                  ...(decision.hold && { held: true, usesAttempt: !decision.hold.isFree }),
                }
              : { why: decision.why }),
            durationMs: durationMs(),
          });
        },
        interrupted() {
          line.warn({ event: 'attempt.interrupted', sent: wasSent, durationMs: durationMs() });
        },
      };
    },
  };
}
