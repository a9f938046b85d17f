import type { AnswerShape } from '../calls/answers/answer-shape.ts';
import type { AttemptCall } from '../calls/attempt-call.ts';
import type { AttemptEntry, AttemptLog } from '../calls/attempt-log.ts';
import { signalOf } from '../calls/gate/gate-signal.ts';
import type { Gates } from '../calls/gate/gates.ts';
import {
  AttemptError,
  type AttemptErrorFields,
  describeAttemptError,
  isAttemptError,
} from '../failures/attempt-error.ts';
import { failureTypes } from '../failures/failure-types.ts';
import { attemptFailure } from '../policies/attempt-failure.ts';
import { costDetails, type Usage } from '../policies/call-costs.ts';
import { lastAttemptFor } from '../policies/fallback.ts';
import { providerOf } from '../policies/model-name.ts';
import { noOutage, type OutageSoFar } from '../policies/outage.ts';
import { requestIdFor } from '../wire/identifiers.ts';
import { type ModelOutcome, type ModelRequest, readModelRequest } from '../wire/model-call.ts';
import { maximumPayloadBytes, payloadBytes } from '../wire/payload-limit.ts';
import { type JudgedAnswer, shapeFor, tooLarge, withVerdict } from './judge-call.ts';
import { inOutage, metBefore, passGate } from './pass-gate.ts';
import { interruption, runAttempt } from './run-attempt.ts';
import { unexpectedError } from './unexpected-error.ts';

/** What the activity needs. */
export interface CallModelDependencies {
  readonly attemptCall: AttemptCall;
  readonly attemptLog: AttemptLog;
  /** What holds calls back while a provider is limiting or down. Without: nothing does. */
  readonly gates?: Gates;
  /** The shapes of the questions that the application declares, by name. */
  readonly questions?: Readonly<Record<string, AnswerShape>>;
  /** Uniform in [0, 1): the jitter's randomness. */
  readonly random: () => number;
}

/**
 * The activity of one model call: each run of it is one attempt and at most one HTTP request.
 * What Temporal can count is thrown, with the delay the policy chose; what the policy counts by
 * failure type is returned, so that the workflow counts it.
 */
export function createCallModelActivity(dependencies: CallModelDependencies) {
  const { attemptCall, attemptLog, gates, questions = {}, random } = dependencies;

  return function callModelActivity(asked: ModelRequest): Promise<ModelOutcome> {
    return runAttempt(async (scope): Promise<ModelOutcome> => {
      const request = readModelRequest(asked, scope.workflowId);
      const attempt = request.attemptsUsed + scope.attempt;
      const by = providerOf(request.model);
      const { runId } = scope;
      const { workflowId = scope.workflowId } = request;
      const requestId = requestIdFor(workflowId, request.step);
      const arrivedMs = performance.now();
      const shape = await shapeFor(request, questions).catch((error: unknown) => {
        if (!isAttemptError(error)) throw error;
        return error;
      });
      if (isAttemptError(shape)) {
        return failed(shape.fields, attemptLog.start({ workflowId, runId, request, attempt }));
      }
      const gate = await passGate(gates, request, scope, random);
      const heldMs = gates ? performance.now() - arrivedMs : 0;
      const logged = { workflowId, runId, request, attempt, heldMs };
      if (gate && 'kind' in gate) {
        attemptLog.deferred(logged, gate.delayMs);
        return gate;
      }
      const pass = gate;
      // However it ends: only the first end of a pass counts.
      using _ = { [Symbol.dispose]: () => pass?.ended({ signal: 'unknown' }) };
      const log = attemptLog.start(logged);
      let isSent = false;
      const sent = () => {
        isSent = true;
        log.sent();
      };
      try {
        const asked = shape ? { ...request, schema: shape.schema } : request;
        const { doubt, ...answered } = await attemptCall(asked, {
          signal: scope.signal,
          workflowId,
          attempt,
          log: { sent },
        });
        // The provider has done its part: nobody waits at the gate while its answer is judged.
        if (!doubt) pass?.ended({ signal: 'answered' }, tokensOf(answered.usage));
        const answer = await withVerdict(answered, shape, request.tools ?? [], by);
        if (doubt && answer.verdict?.kind !== 'valid') throw new AttemptError(doubt);
        assertAnswerFits(answer);
        log.finished(answer);
        pass?.ended({ signal: 'answered' }, tokensOf(answer.usage));
        return { ...answer, kind: 'answer', attempts: scope.attempt, ...scope.costs() };
      } catch (error) {
        if (scope.signal.aborted && !isAttemptError(error)) {
          log.interrupted();
          if (isSent) scope.mayHaveBeenBilled();
          throw interruption(scope.isWorkerStopping(), {
            requestId,
            attempt,
            elapsedMs: elapsedMs(),
            ...costDetails(scope.costs()),
          });
        }
        if (isAttemptError(error)) {
          const { sent, retryAfterMs, usage } = error.fields;
          const tokens = sent === false ? 0 : usage && tokensOf(usage);
          const outage = outageNow();
          pass?.ended({ signal: signalOf(error.fields), retryAfterMs }, tokens);
          return failed(error.fields, log, outage);
        }
        return failed({ ...unexpectedError(by, error).fields, sent: isSent }, log);
      }

      /** What the call has met before this attempt fails. */
      function outageNow(): OutageSoFar {
        const met = metBefore(request, scope) ?? noOutage;
        const downForMs = pass?.downForMs ?? 0;
        if (met.forMs === undefined) return downForMs > 0 ? inOutage(met, downForMs) : met;
        // While others are answered it is no outage that one waits for, whatever this call has met.
        if (pass?.isAnswering?.()) return { ...met, forMs: 0 };
        const forMs = met.forMs + performance.now() - arrivedMs;
        return inOutage(met, Math.max(forMs, downForMs));
      }

      function elapsedMs(): number {
        return (request.elapsedUsedMs ?? 0) + scope.elapsedMs();
      }

      function assertAnswerFits(answer: JudgedAnswer): void {
        const bytes = payloadBytes(answer);
        if (bytes > maximumPayloadBytes) throw tooLarge(answer, bytes, by);
      }

      function failed(
        fields: AttemptErrorFields,
        log: AttemptEntry,
        outage?: OutageSoFar,
      ): ModelOutcome {
        scope.failedWith(fields);
        const { type } = fields;
        const { model, policy, attemptsUsed, attemptsLeft, attemptsUntilFallback } = request;
        const lastAttempt = attemptsUsed + (attemptsLeft ?? Number.POSITIVE_INFINITY);
        // Where another model takes over, an outage is not waited for.
        const canHold = attemptsUntilFallback?.[type] === undefined;
        const end = lastAttemptFor(lastAttempt, attemptsUntilFallback, type);
        if (fields.isStep && attempt < end) {
          log.failed(fields, { retry: true, delayMs: 1, source: 'policy' });
          const message = `${describeAttemptError(fields)}: asked again in a form that it takes`;
          const { attempt: attempts } = scope;
          return { kind: 'limited', type, message, delayMs: 1, attempts, ...scope.costs() };
        }
        const { failure, decision } = attemptFailure(fields, {
          requestId,
          policy,
          attempt,
          lastAttempt: end,
          elapsedMs: elapsedMs(),
          costs: scope.costs(),
          ...(canHold && { outage }),
          random,
        });
        log.failed(fields, decision);
        if (!decision.retry) throw failure;
        const { delayMs, hold } = decision;
        const { message } = failure;
        const isTooLate =
          performance.now() - arrivedMs + delayMs >
          (request.deadlineLeftMs ?? Number.POSITIVE_INFINITY);
        if (hold || isTooLate) {
          return {
            kind: 'deferred',
            delayMs,
            attempts: hold?.isFree ? scope.attempt - 1 : scope.attempt,
            // What lacks at this worker is no answer of the provider's.
            held: {
              gate: model,
              reason: fields.by === 'holdfast' ? `waits: ${fields.reason}` : `answers ${type}`,
            },
            failure: { type, message },
            ...(hold && { outage: hold.outage }),
            ...scope.costs(),
          };
        }
        if (failureTypes[type].treatment !== 'limited') throw failure;
        return {
          kind: 'limited',
          type,
          message,
          delayMs,
          attempts: scope.attempt,
          ...scope.costs(),
        };
      }
    });
  };
}

/** A provider that does not count tokens reports 0: then the gate's estimate stands. */
function tokensOf({ inputTokens, outputTokens }: Usage): number | undefined {
  return inputTokens + outputTokens || undefined;
}
