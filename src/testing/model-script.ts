import type { Duration } from '@temporalio/common';
import { msToNumber } from '@temporalio/common/lib/time.js';
import type { AttemptCall, CallAnswer } from '../calls/attempt-call.ts';
import { AttemptError, type AttemptErrorFields } from '../failures/attempt-error.ts';
import type { FailureType } from '../failures/failure-types.ts';
import type { Usage } from '../policies/call-costs.ts';
import { providerOf } from '../policies/model-name.ts';
import { type CallOptions, callOptionsOf } from '../wire/call-options.ts';
import type { Message } from '../wire/message.ts';
import type { AnswerExtras } from '../wire/model-call.ts';
import { errorFrom, type Trouble } from './trouble.ts';

/** How one attempt ends without an answer: of the model, or of an effect's double. */
export interface FailedStep {
  readonly kind: 'fails';
  readonly failure: Omit<AttemptErrorFields, 'by'>;
}

/** How one attempt at the model ends. */
export type ModelStep = FailedStep | { readonly kind: 'answers'; readonly answer: CallAnswer };

/** What reached the model in one attempt. */
export interface ModelAsked extends CallOptions {
  readonly workflowId: string;
  /** Names the call within its workflow: `summarise`, `summarise.repair-1`. */
  readonly step: string;
  /** Counted from 1 within the call. */
  readonly attempt: number;
  /** `<provider>:<model>` */
  readonly model: string;
  readonly messages: readonly Message[];
}

/**
 * How the model behaves: one entry for each attempt, in the order in which they arrive, or a function
 * of what it is asked. An attempt without an entry fails the test.
 */
export type Model = readonly ModelStep[] | ((asked: ModelAsked) => ModelStep | Promise<ModelStep>);

/**
 * How an answer is to differ from the usual one, which stops and took few tokens: `finishReason` is
 * `length` where it was cut, and `toolCalls` are of tools that were offered.
 */
export interface AnswerOptions extends Partial<AnswerExtras> {
  /** Default: 100 tokens in, 20 out. */
  readonly usage?: Usage;
}

/**
 * The model answers.
 *
 * @param answer text as it is; anything else as its JSON.
 */
export function answers(answer: unknown, options: AnswerOptions = {}): ModelStep {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  const { toolCalls, finishReason = toolCalls ? 'tool-calls' : 'stop', ...rest } = options;
  const usage = { inputTokens: 100, outputTokens: 20 };
  const written = toolCalls?.map((call) => ({
    ...call,
    arguments: JSON.stringify(call.arguments),
  }));
  return {
    kind: 'answers',
    answer: { text, usage, ...rest, ...(written && { toolCalls: written }), finishReason },
  };
}

/** The model answers with text that does not have the question's shape, so that it is repaired. */
export function invalid(text: string): ModelStep {
  return answers(text);
}

/** The attempt fails, in a way that failures.md lists. */
export function fails(
  type: FailureType,
  about: Omit<AttemptErrorFields, 'type' | 'by'> = {},
): FailedStep {
  return { kind: 'fails', failure: { sent: true, ...about, type } };
}

/**
 * Too many requests (429).
 *
 * @param wait what `Retry-After` asks for: `'2m'`, or milliseconds. A policy's `retryAfterCapMs`
 * says how long a wait is kept at all.
 */
export function rateLimited(wait?: Duration): FailedStep {
  const retryAfter = wait === undefined ? {} : { retryAfterMs: msToNumber(wait) };
  return fails('RateLimited', { status: 429, ...retryAfter });
}

/** No capacity for now (503). */
export function overloaded(): FailedStep {
  return fails('Overloaded', { status: 503 });
}

/** No answer in time; it may have been billed. */
export function timesOut(): FailedStep {
  return fails('Timeout');
}

/** A model that follows the script, in the place of the function that makes HTTP requests. */
export function scriptedModel(model: Model, trouble: Trouble) {
  const requests: ModelAsked[] = [];

  async function stepFor(asked: ModelAsked): Promise<ModelStep> {
    if (typeof model === 'function') return model(asked);
    const step = model[requests.length - 1];
    if (step) return step;
    const { workflowId } = asked;
    throw new Error(
      `the model was asked ${requests.length} times, and the test gives ${model.length}: ${asked.step} of ${workflowId}, attempt ${asked.attempt}, has no entry in \`model\``,
    );
  }

  const attemptCall: AttemptCall = async (request, { workflowId, attempt, log }) => {
    const { step, model: name, messages } = request;
    const asked = { workflowId, step, attempt, model: name, messages, ...callOptionsOf(request) };
    requests.push(asked);
    log?.sent();
    const by = providerOf(name);
    const ended = await stepFor(asked).catch((thrown: unknown) => {
      const { message } = trouble.report(errorFrom(thrown));
      throw new AttemptError({ type: 'InvalidRequest', by, reason: message, sent: false });
    });
    if (ended.kind === 'fails') throw new AttemptError({ ...ended.failure, by });
    return ended.answer;
  };
  return { attemptCall, requests };
}
