import { createFailure } from '../failures/create-failure.ts';
import {
  decideBudget,
  type Spent,
  spentFromRecord,
  spentRecord,
  spentSince,
} from '../policies/budget.ts';
import type { Price } from '../policies/budget-schema.ts';
import { modelNameOf } from '../policies/model-name.ts';
import { noOutage } from '../policies/outage.ts';
import type { ModelPolicy } from '../policies/retry-policy.ts';
import type { ModelAnswer } from '../wire/model-call.ts';
import { askWithFallback } from './ask-with-fallback.ts';
import {
  type Answered,
  afterAnswer,
  beginConversation,
  type Conversation,
  messagesOf,
  type Question,
  resumeCall,
} from './conversation.ts';
import { type Elsewhere, inChildWorkflow } from './elsewhere.ts';
import { runCall } from './run-call.ts';
import type { ProgressTracker } from './track-progress.ts';
import { untilDone } from './until-done.ts';

/** Where a conversation comes from and goes to, when it does not fit into one history. */
export interface Continuation {
  /** How far it had come in the run before. */
  readonly from?: Conversation | undefined;
  readonly elsewhere: Elsewhere;
}

/**
 * Asks until the answer has the right shape. Every repair is a call of its own, recorded in the
 * history, so that a crash between two never pays for the first again. Stops when the same
 * violation comes back after feedback: the prompt causes it, and no retry can cure it.
 */
export async function askModel(
  question: Question,
  progress: ProgressTracker,
  { from, elsewhere }: Continuation = { elsewhere: inChildWorkflow },
): Promise<Answered> {
  const begin = (rules: Pick<Question, 'model' | 'policy'>, round: number) =>
    beginConversation(question, rules, {
      spentBefore: spentRecord(progress.totals()),
      nowMs: Date.now(),
      round,
    });
  let conversation = from ?? begin(question, 0);
  let isUnusable = false;
  const answered = await untilDone(
    {
      name: question.step,
      policyName: 'model',
      policy: conversation.policy,
      model: () => conversation.model,
      async run(rules, round) {
        // Unusable answers are asked for anew, by other calls with names of their own.
        if (isUnusable) conversation = begin(rules, conversation.round + 1);
        else if (round > 0) conversation = resumeCall(conversation, rules, Date.now());
        isUnusable = false;
        while (true) {
          const { model, answer } = await askCall(question, conversation, progress, elsewhere);
          // What follows from this answer, a repair for example, is for the model that gave it.
          const turn = afterAnswer(question, { ...conversation, model }, answer);
          if (turn.kind === 'answered') return turn.answered;
          isUnusable = turn.kind === 'unusable';
          if (turn.kind === 'unusable') throw turn.failure;
          conversation = turn.conversation;
        }
      },
    },
    progress.parkOnFailure,
  );
  // Only an effect can be skipped.
  return answered as Answered;
}

/** The call that the conversation has come to: of one model after the other, until one answers. */
function askCall(
  question: Question,
  conversation: Conversation,
  progress: ProgressTracker,
  elsewhere: Elsewhere,
): Promise<{ readonly model: string; readonly answer: ModelAnswer }> {
  const { shape, options, step: asked, title = asked, taskQueue } = question;
  const { maximumOutputTokens, repairs, deadlineAtMs, spentBefore } = conversation;
  progress.callStarted(conversation.step, repairs !== undefined);
  return askWithFallback(conversation, progress, (modelCall, models) => {
    const { suffix, attemptsLeft, elapsedUsedMs = 0, ...one } = modelCall;
    const { model, policy } = one;
    const titled = `${repairs ? `repair ${title}` : title}${suffix}`;
    progress.step(titled);
    const before = spentFromRecord(spentBefore);
    const budgeted = assertBudgets(policy, policy.prices[model], progress.totals(), before);
    const left = Math.min(attemptsLeft ?? Number.POSITIVE_INFINITY, budgeted);
    const call = {
      ...{ ...one, maximumOutputTokens, ...shape, ...options },
      messages: messagesOf(question, conversation),
    };
    const place = {
      ...(taskQueue !== undefined && { taskQueue }),
      summary: `${modelNameOf(model)}, ${titled}`,
    };
    const soFar = models.call ?? {
      attemptsUsed: 0,
      ...(Number.isFinite(left) && { attemptsLeft: left }),
      // A fallback goes on with the time that the models before it have left.
      elapsedMs: elapsedUsedMs,
      endedIn: {},
      outage: noOutage,
      deadlineAtMs,
    };
    const goesOn = elsewhere({ call, place, progress, conversation: { ...conversation, models } });
    return runCall(call, place, soFar, progress, goesOn);
  });
}

/**
 * Lets one more call go, or not: the budget of the question and that of the workflow both decide.
 *
 * @param before what had been spent when the question began.
 * @returns the attempts that are left; infinite where no budget caps them.
 * @throws ApplicationFailure `QuotaExhausted`, which parks, with what was spent.
 */
function assertBudgets(
  policy: ModelPolicy,
  price: Price | undefined,
  spent: Spent,
  before: Spent,
): number {
  const { callBudget, workflowBudget } = policy;
  const decisions = [
    { of: 'call' as const, decision: decideBudget(spentSince(spent, before), callBudget, price) },
    { of: 'workflow' as const, decision: decideBudget(spent, workflowBudget, price) },
  ];
  let attemptsLeft = Number.POSITIVE_INFINITY;
  for (const { of, decision } of decisions) {
    if (!decision.go) {
      const { reason, message } = decision;
      throw createFailure('QuotaExhausted', `${of} budget: ${message}`, {
        details: {
          budget: of,
          reason,
          attempts: spent.attempts,
          possiblyBilled: spent.possiblyBilled,
          tokens: spent.inputTokens + spent.outputTokens,
        },
      });
    }
    attemptsLeft = Math.min(attemptsLeft, decision.attemptsLeft);
  }
  return attemptsLeft;
}
