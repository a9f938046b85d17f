import { type FedBack, judgeRepair } from '../calls/answers/judge-repair.ts';
import { repairMessages } from '../calls/answers/repair-messages.ts';
import { createFailure } from '../failures/create-failure.ts';
import type { Spent } from '../policies/budget.ts';
import { modelNameOf } from '../policies/model-name.ts';
import { noOutage } from '../policies/outage.ts';
import type { ModelPolicy } from '../policies/retry-policy.ts';
import type { CallOptions } from '../wire/call-options.ts';
import type { Message } from '../wire/message.ts';
import {
  type AnswerExtras,
  extrasOf,
  type ModelAnswer,
  type ModelRequest,
} from '../wire/model-call.ts';
import { askWithFallback, type ModelCall } from './ask-with-fallback.ts';
import { assertBudgets } from './assert-budgets.ts';
import { runCall } from './run-call.ts';
import type { ProgressTracker } from './track-progress.ts';
import { untilDone } from './until-done.ts';

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
  /** Where calls are served. */
  readonly taskQueue: string;
}

/** An answer of the right shape. */
export interface Answered {
  /** Text, or the value of the shape that was asked for. */
  readonly value: unknown;
  readonly model: string;
  readonly extras: AnswerExtras;
}

/**
 * Asks until the answer has the right shape. Every repair is a call of its own, recorded in the
 * history, so that a crash between two never pays for the first again. Stops when the same
 * violation comes back after feedback: the prompt causes it, and no retry can cure it.
 */
export async function askModel(question: Question, progress: ProgressTracker): Promise<Answered> {
  const { step, policy, model } = question;
  const answered = await untilDone(
    {
      name: step,
      policyName: 'model',
      policy,
      model,
      // Asked anew because its answers were unusable: other calls, with names of their own.
      run: (rules, round) =>
        askOnce(
          { ...question, ...rules, step: round === 0 ? step : `${step}.again-${round}` },
          progress,
        ),
    },
    progress.parkOnFailure,
  );
  // Only an effect can be skipped.
  return answered as Answered;
}

async function askOnce(asked: Question, progress: ProgressTracker): Promise<Answered> {
  const { shape, step } = asked;
  let question = asked;
  let { policy } = question;
  let call: Call = {
    step,
    messages: question.messages,
    maximumOutputTokens: policy.maximumOutputTokens,
    isRepair: false,
  };
  const fedBack: FedBack[] = [];
  const spentBefore = progress.totals();
  let truncated = 0;
  while (true) {
    const answer = await oneCall(question, call, spentBefore, progress, (rules) => {
      question = { ...question, ...rules };
      policy = question.policy;
    });
    if (answer.finishReason === 'length') {
      truncated += 1;
      if (truncated >= (policy.attemptsByType.OutputTruncated ?? 1)) throw outputTruncated(call);
      const maximumOutputTokens = call.maximumOutputTokens * 2;
      call = {
        ...call,
        step: `${call.step}.longer-${truncated}`,
        maximumOutputTokens,
        isRepair: false,
      };
      continue;
    }
    const { text, verdict } = answer;
    const extras = extrasOf(answer);
    const { model } = question;
    if (!shape || !verdict) return { value: text, model, extras };
    if (verdict.kind === 'valid') return { value: verdict.value, model, extras };
    const { fingerprint } = verdict;
    const chance = judgeRepair(fedBack, { text, fingerprint });
    fedBack.push({ text, fingerprint });
    if (chance !== 'go on') throw schemaMismatch(step, fingerprint, chance, fedBack.length);
    if (fedBack.length > policy.maximumRepairs) {
      const why = `${policy.maximumRepairs} repairs did not help`;
      throw schemaMismatch(step, fingerprint, why, fedBack.length);
    }
    const messages = repairMessages(question.messages, text, verdict);
    call = { ...call, step: `${step}.repair-${fedBack.length}`, messages, isRepair: true };
  }
}

interface Call {
  readonly step: string;
  readonly messages: readonly Message[];
  readonly maximumOutputTokens: number;
  readonly isRepair: boolean;
}

async function oneCall(
  question: Question,
  call: Call,
  spentBefore: Spent,
  progress: ProgressTracker,
  onChange: (rules: Pick<Question, 'model' | 'policy'>) => void,
): Promise<ModelAnswer> {
  const { shape, options, step, title: asked = step, taskQueue } = question;
  const { messages, maximumOutputTokens, isRepair } = call;
  const title = isRepair ? `repair ${asked}` : asked;
  progress.callStarted(call.step, isRepair);

  let deadlineAtMs = 0;
  async function askModels(rules: Pick<Question, 'model' | 'policy'>): Promise<ModelAnswer> {
    onChange(rules);
    deadlineAtMs = Date.now() + rules.policy.deadlineMs;
    const { model, answer } = await askWithFallback(
      { ...rules, step: call.step },
      progress,
      askOne,
    );
    // What follows from this answer, a repair for example, is for the model that gave it.
    onChange({ ...rules, model });
    return answer;
  }

  async function askOne({
    suffix,
    attemptsLeft,
    elapsedUsedMs = 0,
    ...one
  }: ModelCall): Promise<ModelAnswer> {
    const { model, policy } = one;
    progress.step(`${title}${suffix}`);
    const price = policy.prices[model];
    const budgeted = assertBudgets(policy, price, progress.totals(), spentBefore);
    const left = Math.min(attemptsLeft ?? Number.POSITIVE_INFINITY, budgeted);
    const answer = await runCall(
      { ...one, messages, maximumOutputTokens, ...shape, ...options },
      { taskQueue, summary: `${modelNameOf(model)}, ${title}${suffix}` },
      {
        attemptsUsed: 0,
        ...(Number.isFinite(left) && { attemptsLeft: left }),
        // A fallback goes on with the time that the models before it have left.
        elapsedMs: elapsedUsedMs,
        endedIn: {},
        outage: noOutage,
        deadlineAtMs,
      },
      progress,
    );
    progress.answered(model);
    return answer;
  }
  const { model, policy } = question;
  const answer = await untilDone(
    {
      name: isRepair ? `repair ${step}` : step,
      policyName: 'model',
      policy,
      model,
      run: askModels,
    },
    progress.parkOnFailure,
  );
  return answer as ModelAnswer;
}

function outputTruncated(call: Call) {
  return createFailure(
    'OutputTruncated',
    `the output hit the limit of ${call.maximumOutputTokens} tokens, also after it was raised`,
    { final: true },
  );
}

function schemaMismatch(step: string, fingerprint: string, why: string, calls: number) {
  return createFailure('SchemaMismatch', `${step}: ${why} after ${calls} calls (${fingerprint})`, {
    details: { calls },
  });
}
