import {
  type AnswerValidator,
  judgeRepair,
  readAnswer,
  type UnusableAnswer,
} from '../calls/answers/parse-answer.ts';
import { repairMessages } from '../calls/answers/repair-messages.ts';
import { createFailure } from '../failures/create-failure.ts';
import type { Spent } from '../policies/budget.ts';
import { modelNameOf } from '../policies/model-name.ts';
import type { ModelPolicy } from '../policies/retry-policy.ts';
import type { JsonObject } from '../wire/json.ts';
import type { Message, ModelAnswer } from '../wire/model-call.ts';
import { askWithFallback, type ModelCall } from './ask-with-fallback.ts';
import { assertBudgets, withAttemptsLeft } from './assert-budgets.ts';
import { runCall } from './run-call.ts';
import type { ProgressTracker } from './track-progress.ts';
import { untilDone } from './until-done.ts';

/** A question to a model, with the shape its answer must have. */
export interface Question<T> {
  /** Names the call within the workflow: the last part of its request id. */
  readonly step: string;
  /** For people, in the UI: `extract order`. Default: the step. */
  readonly title?: string;
  readonly model: string;
  readonly messages: readonly Message[];
  /** Both forms of one schema: sent to the provider, and checked here. Without: any text. */
  readonly shape?: { readonly schema: JsonObject; readonly validator: AnswerValidator<T> };
  readonly policy: ModelPolicy;
}

/**
 * Asks until the answer has the right shape. Every repair is a call of its own, recorded in the
 * history, so that a crash between two never pays for the first again. Stops when the same
 * violation comes back after feedback: the prompt causes it, and no retry can cure it.
 */
export async function askModel<T>(question: Question<T>, progress: ProgressTracker): Promise<T> {
  const { step, policy, model } = question;
  const value = await untilDone(
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
  return value as T;
}

async function askOnce<T>(asked: Question<T>, progress: ProgressTracker): Promise<T> {
  const { shape, step } = asked;
  let question = asked;
  let { policy } = question;
  let call: Call = {
    step,
    messages: question.messages,
    maximumOutputTokens: policy.maximumOutputTokens,
    isRepair: false,
  };
  const unusable: UnusableAnswer[] = [];
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
    if (!shape) return answer.text as T;
    const read = readAnswer(answer.text, shape.validator);
    if (read.kind === 'valid') return read.value;
    const verdict = judgeRepair(unusable, read);
    unusable.push(read);
    if (verdict !== 'go on') throw schemaMismatch(step, read, verdict, unusable.length);
    if (unusable.length > policy.maximumRepairs) {
      throw schemaMismatch(
        step,
        read,
        `${policy.maximumRepairs} repairs did not help`,
        unusable.length,
      );
    }
    const messages = repairMessages(question.messages, answer.text, read);
    call = { ...call, step: `${step}.repair-${unusable.length}`, messages, isRepair: true };
  }
}

interface Call {
  readonly step: string;
  readonly messages: readonly Message[];
  readonly maximumOutputTokens: number;
  readonly isRepair: boolean;
}

async function oneCall<T>(
  question: Question<T>,
  call: Call,
  spentBefore: Spent,
  progress: ProgressTracker,
  onChange: (rules: Pick<Question<T>, 'model' | 'policy'>) => void,
): Promise<ModelAnswer> {
  const { shape, step, title: asked = step } = question;
  const { messages, maximumOutputTokens, isRepair } = call;
  const title = isRepair ? `repair ${asked}` : asked;
  progress.callStarted(call.step, isRepair);

  async function askModels(rules: Pick<Question<T>, 'model' | 'policy'>): Promise<ModelAnswer> {
    onChange(rules);
    const { model, answer } = await askWithFallback(
      { ...rules, step: call.step },
      progress,
      askOne,
    );
    // What follows from this answer, a repair for example, is for the model that gave it.
    onChange({ ...rules, model });
    return answer;
  }

  async function askOne({ suffix, ...one }: ModelCall): Promise<ModelAnswer> {
    const { model, policy } = one;
    progress.step(`${title}${suffix}`);
    const price = policy.prices[model];
    const attemptsLeft = assertBudgets(policy, price, progress.totals(), spentBefore);
    const answer = await runCall(
      {
        ...one,
        messages,
        maximumOutputTokens,
        policy: withAttemptsLeft(policy, attemptsLeft),
        ...(shape && { schema: shape.schema }),
      },
      `${modelNameOf(model)}, ${title}${suffix}`,
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

function schemaMismatch(step: string, read: UnusableAnswer, why: string, calls: number) {
  return createFailure(
    'SchemaMismatch',
    `${step}: ${why} after ${calls} calls (${read.fingerprint})`,
    {
      details: { calls },
    },
  );
}
