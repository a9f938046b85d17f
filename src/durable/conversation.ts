import {
  type BadAnswer,
  type FedBack,
  judgeRepair,
  repairMessages,
} from '../calls/answers/repair-messages.ts';
import { createFailure } from '../failures/create-failure.ts';
import type { SpentRecord } from '../policies/budget.ts';
import type { ModelPolicy } from '../policies/retry-policy.ts';
import type { CallOptions } from '../wire/call-options.ts';
import { fingerprintOf } from '../wire/identifiers.ts';
import type { Message } from '../wire/message.ts';
import {
  type AnswerExtras,
  extrasOf,
  type ModelAnswer,
  type ModelRequest,
} from '../wire/model-call.ts';
import type { ModelsSoFar } from './ask-with-fallback.ts';

/** A question to a model, with the shape its answer must have. */
export interface Question {
  /** Names the call within the workflow: the last part of its request id. */
  readonly step: string;
  /** For people, in the UI: `extract order`. Default: the step. */
  readonly title?: string;
  readonly model: string;
  readonly messages: readonly Message[];
  /** The answer's shape: a JSON Schema, or the name of a declared question. Without: any text. */
  readonly shape?: Pick<ModelRequest, 'schema' | 'question'>;
  /** What is sent beside messages and shape. */
  readonly options?: CallOptions;
  readonly policy: ModelPolicy;
  /** Where its calls are served. Default: as the worker's bundle says. */
  readonly taskQueue?: string;
}

/** An answer of the right shape. */
export interface Answered {
  /** Text, or the value of the shape that was asked for. */
  readonly value: unknown;
  readonly model: string;
  readonly extras: AnswerExtras;
}

/** What rules a conversation: a person may change it where the conversation is parked. */
export interface ConversationRules {
  readonly model: string;
  readonly policy: ModelPolicy;
}

/**
 * How far a question has come. JSON, and all there is of it besides the question: with it the
 * conversation goes on in another run.
 */
export interface Conversation extends ConversationRules {
  /** How often it began anew after a person resumed it: its answers had been unusable. */
  readonly round: number;
  /** Names the call that is to be answered now. */
  readonly step: string;
  readonly maximumOutputTokens: number;
  /** The unusable answer that this call is to repair; absent where it is none. */
  readonly repairs?: BadAnswer & Pick<ModelAnswer, 'verdict'>;
  /** Answers that were cut at the limit. */
  readonly truncated: number;
  /** Unusable answers that the model was told about; of their texts the fingerprints. */
  readonly fedBack: readonly FedBack[];
  /** What the workflow had spent when the conversation began. */
  readonly spentBefore: SpentRecord;
  readonly deadlineAtMs: number;
  /** How far the call has come with the models of the list; absent before the first is asked. */
  readonly models?: ModelsSoFar;
}

/** What follows from an answer. */
export type Turn =
  | { readonly kind: 'answered'; readonly answered: Answered }
  | { readonly kind: 'ask'; readonly conversation: Conversation }
  | { readonly kind: 'unusable'; readonly failure: Error };

/** The moment at which a conversation begins. */
export interface Beginning {
  readonly spentBefore: SpentRecord;
  readonly nowMs: number;
  readonly round: number;
}

/** A conversation in which nothing was asked yet. */
export function beginConversation(
  { step }: Pick<Question, 'step'>,
  { model, policy }: ConversationRules,
  { spentBefore, nowMs, round }: Beginning,
): Conversation {
  return {
    ...{ model, policy, round, spentBefore },
    step: firstStep(step, round),
    maximumOutputTokens: policy.maximumOutputTokens,
    truncated: 0,
    fedBack: [],
    deadlineAtMs: nowMs + policy.deadlineMs,
  };
}

function firstStep(step: string, round: number): string {
  return round === 0 ? step : `${step}.again-${round}`;
}

/** The same call once more, under the rules of the person who resumed it: its time begins anew. */
export function resumeCall(
  { models: _, ...conversation }: Conversation,
  { model, policy }: ConversationRules,
  nowMs: number,
): Conversation {
  return { ...conversation, model, policy, deadlineAtMs: nowMs + policy.deadlineMs };
}

/** The messages of the call that is to be answered now. */
export function messagesOf(
  { messages }: Pick<Question, 'messages'>,
  { repairs }: Conversation,
): readonly Message[] {
  if (!repairs?.verdict || repairs.verdict.kind === 'valid') return messages;
  return repairMessages(messages, repairs, repairs.verdict);
}

/** Decides on recorded data only: whether this is the answer, and if not, what is asked next. */
export function afterAnswer(
  { step }: Pick<Question, 'step'>,
  before: Conversation,
  answer: ModelAnswer,
): Turn {
  const { models: _, ...conversation } = before;
  const { model, policy, truncated, fedBack } = conversation;
  if (answer.finishReason === 'length') {
    if (truncated + 1 >= (policy.attemptsByType.OutputTruncated ?? 1)) {
      return { kind: 'unusable', failure: outputTruncated(conversation) };
    }
    const longer = {
      ...conversation,
      step: `${conversation.step}.longer-${truncated + 1}`,
      maximumOutputTokens: conversation.maximumOutputTokens * 2,
      truncated: truncated + 1,
    };
    return { kind: 'ask', conversation: longer };
  }
  const { text, verdict, toolCalls, reasoning } = answer;
  const extras = extrasOf(answer);
  if (!verdict) return { kind: 'answered', answered: { value: text, model, extras } };
  if (verdict.kind === 'valid') {
    return { kind: 'answered', answered: { value: verdict.value, model, extras } };
  }
  const { fingerprint } = verdict;
  const said = toolCalls?.map(({ name, arguments: given }) => [name, given]);
  const current = { text: fingerprintOf(said ? [text, said] : text), fingerprint };
  const chance = judgeRepair(fedBack, current);
  const told = [...fedBack, current];
  const isUsedUp = told.length > policy.maximumRepairs;
  if (chance !== 'go on' || isUsedUp) {
    const why = chance !== 'go on' ? chance : `${policy.maximumRepairs} repairs did not help`;
    return { kind: 'unusable', failure: schemaMismatch(step, fingerprint, why, told.length) };
  }
  const repair = {
    ...conversation,
    step: `${firstStep(step, conversation.round)}.repair-${told.length}`,
    repairs: { text, verdict, ...(toolCalls && { toolCalls, ...(reasoning && { reasoning }) }) },
    fedBack: told,
  };
  return { kind: 'ask', conversation: repair };
}

function outputTruncated({ maximumOutputTokens }: Conversation) {
  return createFailure(
    'OutputTruncated',
    `the output hit the limit of ${maximumOutputTokens} tokens, also after it was raised`,
    { final: true },
  );
}

function schemaMismatch(step: string, fingerprint: string, why: string, calls: number) {
  return createFailure('SchemaMismatch', `${step}: ${why} after ${calls} calls (${fingerprint})`, {
    details: { calls },
  });
}
