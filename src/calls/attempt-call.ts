import type { LanguageModelUsage, ModelMessage, Warning } from 'ai';
import { generateText, type Output } from 'ai';
import type { Logger } from 'pino';
import { AttemptError, isAttemptError } from '../failures/attempt-error.ts';
import type { Usage } from '../policies/call-costs.ts';
import { requestIdFor } from '../wire/identifiers.ts';
import type { JsonObject } from '../wire/json.ts';
import type { FinishReason, ModelAnswer, ModelRequest } from '../wire/model-call.ts';
import { isUnusable } from './classify/classify-answer.ts';
import { classifyExchange } from './classify/classify-exchange.ts';
import { type Exchange, inExchange, requestTimeout } from './provider/exchange.ts';
import type { ProviderFamily } from './provider/provider-families.ts';
import type { Providers, ResolvedModel } from './provider/providers.ts';
import { providerRequestIdIn, requestHeaders } from './provider/request-headers.ts';
import { schemaFor } from './provider/schema-for.ts';

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

/** A model's answer, without the fields that only the activity knows. */
export type CallAnswer = Omit<ModelAnswer, 'kind' | 'attempts'>;

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
  // The AI SDK would write its warnings to the console; they are logged below.
  globalThis.AI_SDK_LOG_WARNINGS = false;

  return async function attemptCall(request, context) {
    context.signal.throwIfAborted();
    const model = providers.resolveModel(request.model);
    const timeout = requestTimeout(request.policy.requestTimeoutMs);
    return inExchange(
      () => context.log?.sent(),
      async (exchange) => {
        exchange.call = { scope, requestId: requestIdFor(context.workflowId, request.step) };
        try {
          const signal = AbortSignal.any([context.signal, timeout]);
          const result = await generateText(settings(model, request, context, signal));
          logWarnings(log, request, result.warnings);
          if (isUnusable(model.family, exchange.body)) {
            throw failure(exchange, usageOf(result.usage));
          }
          return answerOf(exchange, result);
        } catch (error) {
          if (context.signal.aborted) throw context.signal.reason;
          if (isAttemptError(error)) throw error;
          throw failure(exchange);
        }
      },
    );

    function failure(exchange: Exchange, usage?: Usage): AttemptError {
      const { fields, shape } = classifyExchange(exchange, {
        family: model.family,
        by: model.provider,
        // An answer with usage came whole, even if the timeout has passed by now.
        isTimedOut: timeout.aborted && usage === undefined,
        hasSchema: request.schema !== undefined,
        nowMs: now(),
      });
      if (shape) {
        const requestId = requestIdFor(context.workflowId, request.step);
        const which = { requestId, attempt: context.attempt, provider: model.provider };
        log.warn({ event: 'attempt.unclassified', ...which, ...shape });
      }
      // Without a cause: the AI SDK's errors hold prompt and answer.
      const isPaid = usage && usage.inputTokens + usage.outputTokens > 0;
      return new AttemptError({ ...fields, ...(isPaid && { usage }) });
    }
  };
}

function settings(
  model: ResolvedModel,
  request: ModelRequest,
  { workflowId, attempt }: Pick<CallContext, 'workflowId' | 'attempt'>,
  signal: AbortSignal,
) {
  const sent = request.schema && schemaFor(model.family, request.schema);
  return {
    model: model.languageModel,
    messages: request.messages as ModelMessage[],
    allowSystemInMessages: true,
    maxOutputTokens: request.maximumOutputTokens,
    maxRetries: 0,
    abortSignal: signal,
    headers: requestHeaders(requestIdFor(workflowId, request.step), attempt),
    telemetry: { isEnabled: false },
    providerOptions: providerOptionsFor(model.family, sent?.strict ?? false),
    ...(sent && { output: unparsedJson(sent.schema) }),
  };
}

/** Settings under the name that the AI SDK's provider of a family reads them by. */
function providerOptionsFor(
  family: ProviderFamily,
  strictJsonSchema: boolean,
): Record<string, JsonObject> {
  switch (family) {
    case 'openai':
      return { openai: { strictJsonSchema } };
    case 'openai-responses':
      // As with Chat Completions, the provider keeps no copy of the response.
      return { openai: { strictJsonSchema, store: false } };
    case 'openai-compatible':
      return { openaiCompatible: { strictJsonSchema } };
    case 'anthropic':
    case 'google':
      return {};
  }
}

/** Asks for JSON of a schema and leaves the text alone: the workflow reads, mends and checks it. */
function unparsedJson(schema: JsonObject): Output.Output<string, string, never> {
  return {
    name: 'unparsed-json',
    responseFormat: Promise.resolve({ type: 'json', schema: schema as object, name: 'answer' }),
    parseCompleteOutput: async ({ text }) => text,
    parsePartialOutput: async ({ text }) => ({ partial: text }),
    createElementStreamTransform: () => undefined,
  };
}

function answerOf(
  exchange: Exchange,
  result: { text: string; finishReason: string; usage: LanguageModelUsage },
): CallAnswer {
  const providerRequestId = providerRequestIdIn(exchange.headers);
  return {
    text: result.text,
    finishReason: finishReasons[result.finishReason] ?? 'other',
    usage: usageOf(result.usage),
    ...(providerRequestId !== undefined && { providerRequestId }),
  };
}

const finishReasons: Readonly<Record<string, FinishReason>> = { stop: 'stop', length: 'length' };

/** Whole numbers of at least 0, for prices are computed with them: a provider may send anything. */
function usageOf({ inputTokens, outputTokens }: LanguageModelUsage): Usage {
  const count = (tokens: number | undefined) =>
    tokens !== undefined && Number.isSafeInteger(tokens) && tokens > 0 ? tokens : 0;
  return { inputTokens: count(inputTokens), outputTokens: count(outputTokens) };
}

function logWarnings(log: Logger, request: ModelRequest, warnings: readonly Warning[] = []): void {
  for (const warning of warnings) {
    const about =
      'feature' in warning ? warning.feature : 'setting' in warning ? warning.setting : '';
    log.warn({ event: 'model.warning', model: request.model, kind: warning.type, about });
  }
}
