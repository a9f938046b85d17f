import type { FailureType } from '../failures/failure-types.ts';
import type { CallCosts, Usage } from '../policies/call-costs.ts';
import type { OutageSoFar } from '../policies/outage.ts';
import type { ModelPolicy } from '../policies/retry-policy.ts';
import type { AnswerVerdict } from './answer-verdict.ts';
import type { CallOptions } from './call-options.ts';
import type { ForwardedBody } from './forwarded.ts';
import type { HeldWhy } from './held.ts';
import { requestIdFor } from './identifiers.ts';
import type { JsonObject } from './json.ts';
import type { FilePart, Message, ReasoningPart, ToolCallPart } from './message.ts';
import { present } from './present.ts';

/** What the workflow asks of the activity `callModel`: one call, of one or more attempts. */
export interface ModelRequest extends CallOptions {
  /** Names the call within its workflow, constant over the attempts: `extract`, `extract.repair-1`. */
  readonly step: string;
  /** `<provider>:<model>`, for example `openai:gpt-4o-mini`. */
  readonly model: string;
  readonly messages: readonly Message[];
  /** The answer's shape, as a caller's own JSON Schema. The activity checks it, not the provider. */
  readonly schema?: JsonObject;
  /** The answer's shape, as the question of this name declares it on the worker. */
  readonly question?: string;
  /** A forwarded call: messages are empty, and the body that goes out is in this record. */
  readonly forwarded?: ForwardedBody;
  readonly maximumOutputTokens: number;
  readonly policy: ModelPolicy;
  /** The workflow that asks, where it is not the one that schedules: the request id begins with it. */
  readonly workflowId?: string;
  /** Attempts of this call that earlier schedulings of the activity have used. */
  readonly attemptsUsed: number;
  /** Attempts that this scheduling may use; absent where nothing caps them. */
  readonly attemptsLeft?: number;
  /** What the call met of an outage in earlier schedulings. */
  readonly outage?: OutageSoFar;
  /** Time until the deadline, when the activity was scheduled. */
  readonly deadlineLeftMs?: number;
  /** Time that earlier schedulings have used of the elapsed budget; waiting at the gate is free. */
  readonly elapsedUsedMs?: number;
  /** Attempts that this model has before another takes over, by failure type; the policy's otherwise. */
  readonly attemptsUntilFallback?: Partial<Record<FailureType, number>>;
  /** The tenant. Where calls wait, tenants take turns; calls without a tenant share one turn. */
  readonly fairnessKey?: string;
}

/** How a worker of the version before had it: the request id, `<workflow id>/<step>`, for the step. */
type EarlierModelRequest = Omit<ModelRequest, 'step'> & { readonly requestId: string };

/**
 * The activity's input as it is now. An activity that was scheduled before an upgrade keeps the
 * request id that its provider may have seen.
 */
export function readModelRequest(
  request: ModelRequest | EarlierModelRequest,
  workflowId: string,
): ModelRequest {
  if ('step' in request) return request;
  const { requestId, ...rest } = request;
  return { ...rest, step: requestId.slice(requestIdFor(workflowId, '').length) };
}

/** Why the model stopped. `other` covers what a provider does not explain. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other';

/** What an answer holds beside its text. Its parts fit an `assistant` message of the next request. */
export interface AnswerExtras {
  readonly finishReason: FinishReason;
  readonly reasoning?: readonly ReasoningPart[];
  /** Calls of tools that were offered. */
  readonly toolCalls?: readonly ToolCallPart[];
  readonly files?: readonly FilePart[];
  /** What the provider does not take, of what was asked: `unsupported: topK`. */
  readonly warnings?: readonly string[];
  readonly providerRequestId?: string;
}

/** A whole answer of the model, with what it took to get it. */
export interface ModelAnswer extends CallCosts, AnswerExtras {
  readonly kind: 'answer';
  /** Empty where the verdict has the value. */
  readonly text: string;
  /** Of its shape; absent where none was asked for, and for truncated text. */
  readonly verdict?: AnswerVerdict;
  /**
   * What is not as the model wrote it: mended before it could be read, or a number that was rounded to
   * a double. A phrase each; absent when nothing is.
   */
  readonly mended?: readonly string[];
  readonly usage: Usage;
  /** The attempt that succeeded, counted from 1 in this scheduling of the activity. */
  readonly attempts: number;
}

/** A failure the workflow counts by type, since Temporal's policy cannot. */
export interface LimitedFailure extends CallCosts {
  readonly kind: 'limited';
  readonly type: FailureType;
  readonly message: string;
  readonly delayMs: number;
  readonly attempts: number;
}

/** The call is held, and is to be scheduled again: its gate, its outage or a long Retry-After says so. */
export interface Deferred extends CallCosts {
  readonly kind: 'deferred';
  /** How long the workflow sleeps before it schedules the call again. */
  readonly delayMs: number;
  /** Attempts that this scheduling used up; a probe that surely cost nothing is not among them. */
  readonly attempts: number;
  /** What the call has met of an outage by now. */
  readonly outage?: OutageSoFar;
  /** How the last attempt failed; absent where nothing was sent in it. */
  readonly failure?: { readonly type: FailureType; readonly message: string };
  /** Where and why; absent from a worker that stops. */
  readonly held?: HeldWhy;
}

/** What the activity `callModel` returns; final failures are thrown. */
export type ModelOutcome = ModelAnswer | LimitedFailure | Deferred;

/** A model that did not answer, so that another one was asked. */
export interface FailedModel {
  readonly requestId: string;
  readonly model: string;
  readonly type: FailureType;
  readonly attempts: number;
}

/** An answer that is not quite as the model wrote it. */
export interface MendedAnswer {
  readonly requestId: string;
  /** What was mended or rounded, a phrase each: `keys without quotes`, `price rounded`. */
  readonly mended: readonly string[];
}

/** What a workflow returns for one call, repairs included. */
export interface CallReport {
  /** Attempts in all calls, repairs included. */
  readonly attempts: number;
  readonly repairs: number;
  /** Also of attempts that were paid for without a usable answer. */
  readonly usage: Usage;
  /** Attempts without an answer that may have been billed; absent when there was none. */
  readonly possiblyBilled?: number;
  /** What these tokens cost, by currency, as decimal strings; absent without prices. */
  readonly cost?: Readonly<Record<string, string>>;
  /** The model that gave the last answer; absent before there was one. */
  readonly model?: string;
  /** Those that were asked before and did not answer, in order; absent when there was none. */
  readonly failedModels?: readonly FailedModel[];
  /** Those answers that were mended before they could be read, or rounded; absent when none was. */
  readonly mended?: readonly MendedAnswer[];
  /** One for the first call and one for each repair and each fallback. */
  readonly requestIds: readonly string[];
}

/** "openai:gpt-4o-mini Overloaded after 2 attempts" */
export function describeFailedModel({ model, type, attempts }: FailedModel): string {
  if (attempts === 0) return `${model} ${type} before any attempt`;
  return `${model} ${type} after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
}

/** What an answer holds beside its text, and nothing of what it took to get it. */
export function extrasOf(answer: ModelAnswer): AnswerExtras {
  const { finishReason, reasoning, toolCalls, files, warnings, providerRequestId } = answer;
  return present({ finishReason, reasoning, toolCalls, files, warnings, providerRequestId });
}
