import {
  APICallError,
  JSONParseError,
  type LanguageModelV4,
  type LanguageModelV4CallOptions,
  type LanguageModelV4Usage,
  LoadAPIKeyError,
  TypeValidationError,
} from '@ai-sdk/provider';
import { Context } from '@temporalio/activity';
import { passGate } from '../activities/pass-gate.ts';
import { type AttemptScope, runAttempt } from '../activities/run-attempt.ts';
import { isUnusable } from '../calls/classify/classify-answer.ts';
import { classifyExchange } from '../calls/classify/classify-exchange.ts';
import { judgeAnswer } from '../calls/classify/judge-answer.ts';
import { signalOf } from '../calls/gate/gate-signal.ts';
import type { GatePass, Gates } from '../calls/gate/gates.ts';
import { type Exchange, inExchange, requestTimeout } from '../calls/provider/exchange.ts';
import { families } from '../calls/provider/families/families.ts';
import { type ProviderFamily, providerFamilies } from '../calls/provider/provider-families.ts';
import { requestHeaders } from '../calls/provider/request-headers.ts';
import { AttemptError, isAttemptError } from '../failures/attempt-error.ts';
import { createFailure } from '../failures/create-failure.ts';
import { attemptFailure } from '../policies/attempt-failure.ts';
import { lastAttemptFor } from '../policies/fallback.ts';
import type { ModelPolicy } from '../policies/retry-policy.ts';
import { requestIdFor } from '../wire/identifiers.ts';

/** What one attempt is made from. */
export interface ModelAttempt {
  readonly model: LanguageModelV4;
  readonly params: LanguageModelV4CallOptions;
  readonly policy: ModelPolicy;
  readonly gates: Gates;
  readonly random: () => number;
}

/** Follows an attempt to its end, which for a stream comes after the activity's call returned. */
export type AttemptWatch = ReturnType<typeof watchAttempt>;

/** Runs one attempt in the running activity: gate, request, and what its failure means. */
export function attemptModel<T>(
  attempt: ModelAttempt,
  call: (params: LanguageModelV4CallOptions, watch: AttemptWatch) => Promise<T>,
): Promise<T> {
  const { params, policy } = attempt;
  return runAttempt(async (scope) => {
    const pass = await enterGate(attempt, scope);
    const timeout = requestTimeout(policy.requestTimeoutMs);
    const signals = [scope.signal, timeout, ...(params.abortSignal ? [params.abortSignal] : [])];
    const abortSignal = AbortSignal.any(signals);
    const headers = { ...params.headers, ...clientRequestId(scope) };
    return inExchange(
      () => {},
      async (exchange) => {
        const watch = watchAttempt(attempt, scope, exchange, timeout, pass);
        try {
          return await call({ ...params, abortSignal, headers }, watch);
        } catch (error) {
          throw watch.failed(error);
        }
      },
    );
  }, params.abortSignal);
}

async function enterGate(attempt: ModelAttempt, scope: AttemptScope): Promise<GatePass> {
  const { model, params, policy, gates, random } = attempt;
  const by = providerNameOf(model.provider);
  const fairnessKey = Context.current().info.priority?.fairnessKey;
  const gate = await passGate(
    gates,
    {
      step: Context.current().info.activityId,
      model: `${by}:${model.modelId}`,
      messages: [{ role: 'user', content: JSON.stringify(params.prompt) }],
      maximumOutputTokens: params.maxOutputTokens ?? policy.maximumOutputTokens,
      policy,
      ...(fairnessKey !== undefined && { fairnessKey }),
    },
    scope,
    random,
  );
  if (gate && !('kind' in gate)) return gate;
  // The calling workflow is the user's own and cannot sleep for us, so Temporal's retry waits.
  scope.thisDidNothing();
  const delayMs = gate?.delayMs ?? 0;
  throw createFailure(
    'Overloaded',
    `${by} is limiting or down: held back before anything was sent, next in ${(delayMs / 1000).toFixed(1)} s`,
    { nextRetryDelayMs: delayMs, details: { sent: false, nextRetryDelayMs: delayMs } },
  );
}

/** The attempt's number in its call: Temporal also counts those that were held back. */
function attemptNumber(scope: AttemptScope): number {
  return Math.max(1, scope.attempt - scope.didNothing);
}

function requestIdOf({ workflowId }: AttemptScope): string {
  return requestIdFor(workflowId, Context.current().info.activityId);
}

/** No `Idempotency-Key`: an activity's id comes again after a continue-as-new, for another call. */
function clientRequestId(scope: AttemptScope): Record<string, string> {
  return requestHeaders(requestIdOf(scope), attemptNumber(scope));
}

function watchAttempt(
  { model, params, policy, random }: ModelAttempt,
  scope: AttemptScope,
  exchange: Exchange,
  timeout: AbortSignal,
  pass: GatePass,
) {
  const family = familyOf(model.provider);
  const by = providerNameOf(model.provider);
  const requestId = requestIdOf(scope);

  function classify(): AttemptError {
    const { fields } = classifyExchange(exchange, {
      family,
      by,
      isTimedOut: timeout.aborted,
      hasSchema:
        params.responseFormat?.type === 'json' && params.responseFormat.schema !== undefined,
      nowMs: Date.now(),
    });
    return new AttemptError(fields);
  }

  return {
    /**
     * The model answered. @param body the parsed answer, where the AI SDK hands it on.
     * @throws AttemptError when the answer is none: a refusal, or an error hidden in a 200.
     */
    answered(body: unknown, usage: LanguageModelV4Usage | undefined) {
      const text = typeof body === 'string' ? body : JSON.stringify(body ?? null);
      if (body !== undefined && isUnusable(text, judgeAnswer(families[family], text))) {
        exchange.fetched = true;
        exchange.status = 200;
        exchange.body = text;
        throw classify();
      }
      const tokens = (usage?.inputTokens.total ?? 0) + (usage?.outputTokens.total ?? 0);
      pass.ended({ signal: 'answered' }, tokens || undefined);
    },
    /** What the activity is to throw for what the AI SDK threw. */
    failed(error: unknown): Error {
      if (scope.signal.aborted || params.abortSignal?.aborted) {
        pass.ended({ signal: 'unknown' });
        return error instanceof Error ? error : new Error('cancelled');
      }
      if (!isAttemptError(error)) noteError(exchange, error);
      const found = isAttemptError(error)
        ? error
        : LoadAPIKeyError.isInstance(error)
          ? new AttemptError({ type: 'InvalidCredentials', by, reason: 'no API key', sent: false })
          : classify();
      const { type, sent, retryAfterMs } = found.fields;
      pass.ended({ signal: signalOf(found.fields), retryAfterMs }, sent === false ? 0 : undefined);
      scope.failedWith(found.fields);
      return attemptFailure(found.fields, {
        requestId,
        policy,
        // In our own workflows this cap counts attempts of the type only; here it counts all.
        lastAttempt: lastAttemptFor(
          policy.maximumAttempts || Number.POSITIVE_INFINITY,
          policy.attemptsByType,
          type,
        ),
        attempt: attemptNumber(scope),
        elapsedMs: scope.elapsedMs(),
        costs: scope.costs(),
        random,
      }).failure;
    },
    /** The caller no longer waits for the answer. */
    abandoned: () => pass.ended({ signal: 'unknown' }),
  };
}

/**
 * The protocol behind an AI SDK model: the first that knows the name, else OpenAI's.
 *
 * @param provider the model's own `provider`, for example `openai.chat` or `anthropic.messages`.
 */
function familyOf(provider: string): ProviderFamily {
  return (
    providerFamilies.find((name) => families[name].sdkProvider.test(provider)) ??
    'openai-compatible'
  );
}

/** `openai` of `openai.responses`: the name that gates and failures use. */
function providerNameOf(provider: string): string {
  return provider.split('.')[0] ?? provider;
}

/** Completes an exchange from the AI SDK's error, for `fetch` is the user's own here. */
function noteError(exchange: Exchange, error: unknown): void {
  exchange.fetched ||= exchange.observed;
  if (!APICallError.isInstance(error)) {
    if (exchange.fetched) exchange.failure = error;
    return;
  }
  exchange.fetched = true;
  if (error.statusCode !== undefined) exchange.status = error.statusCode;
  exchange.headers = lowerCase(error.responseHeaders ?? exchange.headers);
  exchange.body = error.responseBody ?? '';
  // A body that came whole and is not what it should be is no failure of the connection.
  const { cause } = error;
  const isWhole = JSONParseError.isInstance(cause) || TypeValidationError.isInstance(cause);
  if (cause !== undefined && !isWhole) exchange.failure = cause;
}

function lowerCase(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), value]],
    ),
  );
}
