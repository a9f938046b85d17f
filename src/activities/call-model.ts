import { type AttemptError, isAttemptError } from '../failures/attempt-error.ts';
import { failureTypes } from '../failures/failure-types.ts';
import type { AttemptLog } from '../llm/attempt-log.ts';
import type { CallModel } from '../llm/call-model.ts';
import type { Gates } from '../llm/gate.ts';
import type { ModelOutcome, ModelRequest } from '../model/model-call.ts';
import { assertPayloadFits } from '../model/payload-limit.ts';
import { attemptFailure } from '../policies/attempt-failure.ts';
import { mayHaveBeenBilled } from '../policies/budget.ts';
import { policyUntilFallback } from '../policies/fallback.ts';
import { signalOf } from '../policies/gate-signal.ts';
import { runAttempt } from './attempt-scope.ts';
import { passGate } from './pass-gate.ts';

/** What the activity needs. */
export interface CallModelDependencies {
  readonly callModel: CallModel;
  readonly attemptLog: AttemptLog;
  /** What holds calls back while a provider is limiting or down. Without: nothing does. */
  readonly gates?: Gates;
  /** Uniform in [0, 1): the jitter's randomness. */
  readonly random: () => number;
}

/**
 * The activity of one model call: each run of it is one attempt and at most one HTTP request.
 * What Temporal can count is thrown, with the delay the policy chose; what the policy counts by
 * failure type is returned, so that the workflow counts it.
 */
export function createCallModelActivity(dependencies: CallModelDependencies) {
  const { callModel, attemptLog, gates, random } = dependencies;

  return function callModelActivity(request: ModelRequest): Promise<ModelOutcome> {
    return runAttempt(async (scope): Promise<ModelOutcome> => {
      const attempt = request.attemptsUsed + scope.attempt;
      const arrivedMs = performance.now();
      const gate = await passGate(gates, request, scope, random);
      const { workflowId, runId } = scope;
      const heldMs = gates ? performance.now() - arrivedMs : 0;
      const logged = { workflowId, runId, request, attempt, heldMs };
      if (gate && 'kind' in gate) {
        attemptLog.deferred(logged, gate.delayMs);
        return gate;
      }
      // However it ends: only the first end of a pass counts.
      using _ = { [Symbol.dispose]: () => gate?.ended({ signal: 'unknown' }) };
      const log = attemptLog.start(logged);
      try {
        const answer = await callModel(request, { signal: scope.signal, attempt, log });
        assertPayloadFits('the answer of the model', answer);
        log.finished(answer);
        const { inputTokens, outputTokens } = answer.usage;
        // A provider that does not count tells 0: the estimate stands.
        gate?.ended({ signal: 'answered' }, inputTokens + outputTokens || undefined);
        return { ...answer, kind: 'answer', attempts: scope.attempt, ...costs() };
      } catch (error) {
        if (!isAttemptError(error)) {
          log.interrupted();
          throw error;
        }
        const { type, sent, retryAfterMs } = error.fields;
        gate?.ended({ signal: signalOf(type, sent), retryAfterMs }, sent === false ? 0 : undefined);
        if (mayHaveBeenBilled(error.fields)) scope.mayHaveBeenBilled();
        return decide(error, attempt);
      }

      function costs() {
        return {
          elapsedMs: Math.max(0, Math.round(scope.elapsedMs())),
          possiblyBilled: scope.possiblyBilled(),
        };
      }

      function decide(error: AttemptError, nth: number): ModelOutcome {
        const { policy, requestId, attemptsUntilFallback } = request;
        const { failure, decision } = attemptFailure(error.fields, {
          requestId,
          policy: policyUntilFallback(policy, attemptsUntilFallback, error.fields.type),
          attempt: nth,
          elapsedMs: (request.elapsedUsedMs ?? 0) + scope.elapsedMs(),
          possiblyBilled: scope.possiblyBilled(),
          random,
        });
        log.failed(error.fields, decision);
        const { type } = error.fields;
        if (decision.retry && failureTypes[type].treatment === 'limited') {
          const { delayMs } = decision;
          return {
            kind: 'limited',
            type,
            message: failure.message,
            delayMs,
            attempts: scope.attempt,
            ...costs(),
          };
        }
        throw failure;
      }
    });
  };
}
