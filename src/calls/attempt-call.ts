import type { LanguageModelV4CallOptions, LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import type { Logger } from 'pino';
import {
  AttemptError,
  type AttemptErrorFields,
  isAttemptError,
} from '../failures/attempt-error.ts';
import type { Usage } from '../policies/call-costs.ts';
import { requestIdFor } from '../wire/identifiers.ts';
import type { ModelAnswer, ModelRequest } from '../wire/model-call.ts';
import { aboutOf, answerFrom, usageOf, type WrittenToolCall } from './answer-from.ts';
import { isUnusable } from './classify/classify-answer.ts';
import { classifyExchange } from './classify/classify-exchange.ts';
import { messageIn } from './classify/error-body.ts';
import { type Asked, judgeAnswer } from './classify/judge-answer.ts';
import { createAccommodations } from './provider/accommodations.ts';
import { type Exchange, inExchange, requestTimeout } from './provider/exchange.ts';
import { families } from './provider/families/families.ts';
import type { Providers, ResolvedModel } from './provider/providers.ts';
import { providerRequestIdIn, requestHeaders } from './provider/request-headers.ts';
import { providerOptionsFor, toCallOptions } from './provider/to-call-options.ts';
import { toPrompt } from './provider/to-prompt.ts';
import { accommodate, type RequestShape, shapeRequest } from './shape-request.ts';

/** What {@link createAttemptCall} needs. */
export interface AttemptCallOptions {
  readonly providers: Providers;
  /** Environment and namespace, or tenant: two scopes may have equal workflow ids. */
  readonly scope: string;
  /** For the AI SDK's warnings, and the form of answers that no row knows; never content. */
  readonly log: Logger;
  /** The clock that a Retry-After date is compared with, in milliseconds. */
  readonly now?: () => number;
}

/** What belongs to one attempt. */
export interface CallContext {
  /** The caller's signal: its abort ends the HTTP request, and its reason is thrown unchanged. */
  readonly signal: AbortSignal;
  readonly workflowId: string;
  /** Counted from 1 over all schedulings of the call. */
  readonly attempt: number;
  /** `sent` is called as the request leaves this machine. */
  readonly log?: { readonly sent: () => void };
}

/** A model's answer as it came, unread. */
export type CallAnswer = Omit<ModelAnswer, 'kind' | 'attempts' | 'toolCalls'> & {
  readonly toolCalls?: readonly WrittenToolCall[];
  /** What it is unless its whole text is of the shape: nobody knows whether its finish reason is an end. */
  readonly doubt?: AttemptErrorFields;
};

/** Makes one attempt of a call. */
export type AttemptCall = (request: ModelRequest, context: CallContext) => Promise<CallAnswer>;

/**
 * Makes the function that calls models: at most one HTTP request, no retries of its own, and every
 * failure is an `AttemptError` that says whether the request was sent. A finish reason of `length`
 * is an answer: the workflow decides whether a larger limit is worth it.
 */
export function createAttemptCall({
  providers,
  scope,
  log,
  now = Date.now,
}: AttemptCallOptions): AttemptCall {
  const accommodations = createAccommodations(now);

  return async function attemptCall(request, context) {
    context.signal.throwIfAborted();
    const model = providers.resolveModel(request.model);
    const schemaKey = request.schema ? JSON.stringify(request.schema) : '';
    const learned = accommodations.of(request.model, schemaKey);
    const shape = shapeRequest(request, model, learned);
    const timeout = requestTimeout(request.policy.requestTimeoutMs);
    const asked: Asked = {
      offersTools: (request.tools?.length ?? 0) > 0,
      hasSchema: request.schema !== undefined,
      allowsEmpty: request.allowEmpty,
      maximumOutputTokens: shape.maximumOutputTokens,
      finishReasons: model.finishReasons,
    };
    return inExchange(
      () => context.log?.sent(),
      async (exchange) => {
        exchange.call = { scope, requestId: requestIdFor(context.workflowId, request.step) };
        try {
          const signal = AbortSignal.any([context.signal, timeout]);
          const { languageModel } = model;
          const result = await languageModel.doGenerate(
            await callOptions(model, shape, request, context, signal),
          );
          logWarnings(log, request, result);
          const usage = usageOf(result.usage);
          const judgement = judgeAnswer(families[model.family], exchange.body, asked);
          if (isUnusable(exchange.body, judgement)) throw failure(exchange, usage);
          const providerRequestId = providerRequestIdIn(exchange.headers);
          const answer = {
            ...answerFrom(result, request, model.provider),
            ...(providerRequestId !== undefined && { providerRequestId }),
          };
          if (judgement.kind !== 'answer') {
            // Who reads the text can tell whether it is whole.
            const doubt = { ...failure(exchange, usage).fields };
            if (request.schema === undefined) throw new AttemptError(doubt);
            return { ...answer, finishReason: 'other', doubt };
          }
          if (judgement.noted !== undefined) {
            const what = { kind: judgement.noted, about: 'taken for its end' };
            log.warn({ event: 'model.warning', model: request.model, ...what });
          }
          return { ...answer, finishReason: judgement.finish };
        } catch (error) {
          if (context.signal.aborted) throw context.signal.reason;
          if (isAttemptError(error)) throw error;
          throw failure(exchange);
        }
      },
    );

    function failure(exchange: Exchange, usage?: Usage): AttemptError {
      const { fields, shape: unknown } = classifyExchange(exchange, {
        family: model.family,
        by: model.provider,
        // An answer with usage came whole, even if the timeout has passed by now.
        isTimedOut: timeout.aborted && usage === undefined,
        hasSchema: request.schema !== undefined,
        asked,
        nowMs: now(),
      });
      if (unknown) {
        const requestId = requestIdFor(context.workflowId, request.step);
        const which = { requestId, attempt: context.attempt, provider: model.provider };
        log.warn({ event: 'attempt.unclassified', ...which, ...unknown });
      }
      // Without a cause: the AI SDK's errors hold prompt and answer.
      const isPaid = usage && usage.inputTokens + usage.outputTokens > 0;
      const refused = { type: fields.type, message: messageIn(exchange.body) };
      const step = accommodate(refused, shape, model.family);
      if (step) accommodations.learn(request.model, schemaKey, step);
      return new AttemptError({
        ...fields,
        ...(step && { isStep: true }),
        ...(isPaid && { usage }),
      });
    }
  };
}

/**
 * The provider's own interface of the AI SDK, one request: what stands above it fetches addresses that
 * a model does not take, rounds the arguments of tool calls, and asks again.
 */
async function callOptions(
  model: ResolvedModel,
  shape: RequestShape,
  request: ModelRequest,
  { workflowId, attempt }: Pick<CallContext, 'workflowId' | 'attempt'>,
  signal: AbortSignal,
): Promise<LanguageModelV4CallOptions> {
  const { settings } = request;
  const { form, limitParameter, maximumOutputTokens, messages, responseFormat } = shape;
  const isRenamed = limitParameter === 'max_completion_tokens';
  return {
    ...toCallOptions(request),
    prompt: await toPrompt(messages, model.languageModel, model.provider),
    ...(!isRenamed && { maxOutputTokens: maximumOutputTokens }),
    abortSignal: signal,
    headers: requestHeaders(requestIdFor(workflowId, request.step), attempt),
    providerOptions: providerOptionsFor(
      model,
      {
        strict: form === 'json_schema_strict',
        ...(isRenamed && { maximumOutputTokens }),
      },
      settings?.providerOptions,
    ),
    ...(responseFormat && { responseFormat: { ...responseFormat, name: 'answer' } }),
  } as LanguageModelV4CallOptions;
}

function logWarnings(
  log: Logger,
  { model }: ModelRequest,
  { warnings }: LanguageModelV4GenerateResult,
): void {
  for (const warning of warnings) {
    log.warn({ event: 'model.warning', model, kind: warning.type, about: aboutOf(warning) });
  }
}
