import { z } from 'zod';
import { allFailureTypes, type FailureType } from '../failures/failure-types.ts';
import { budgetSchema, priceSchema } from './budget-schema.ts';
import { fallbackSchema } from './fallback-schema.ts';

// Workflows load no schema: it would be made again at each start, a third of the time it takes. They
// import types from here, and no file that imports a value.
const milliseconds = z.int().min(1);
const failureType = z.enum(allFailureTypes as [FailureType, ...FailureType[]]);

/** Temporal's `RetryPolicy` (same names) plus jitter, Retry-After's cap and a request timeout. */
const retryPolicyFields = z.strictObject({
  initialIntervalMs: milliseconds.describe('Delay before the second attempt, before jitter.'),
  backoffCoefficient: z.number().min(1).max(10).describe('Each delay is this many times the last.'),
  maximumIntervalMs: milliseconds.describe('No own delay is longer than this.'),
  maximumAttempts: z.int().min(0).describe('Attempts in all, the first included. 0: no cap.'),
  elapsedBudgetMs: z.int().min(0).describe('No attempt starts later than this. 0: no cap.'),
  jitter: z.number().min(0).max(1).describe('The random share of a delay: 0 none, 1 all of it.'),
  retryAfterCapMs: z
    .int()
    .min(0)
    .describe(
      'A longer Retry-After is final for an effect; for a call, its workflow sleeps until the deadline.',
    ),
  requestTimeoutMs: milliseconds.describe('An attempt without an answer for so long is given up.'),
  heartbeatTimeoutMs: milliseconds.describe('A worker silent for so long is taken for dead.'),
  nonRetryableErrorTypes: z.array(failureType).describe('Failure types that end the retries.'),
  onFailure: z
    .enum(['fail', 'park'])
    .describe(
      'What a final failure does: fail the workflow, or park it until a person resumes it.',
    ),
  parkOn: z.array(failureType).describe('Failure types that park, with onFailure "park".'),
  parkDeadlineMs: z
    .int()
    .min(0)
    .describe('How long a park waits for a person before the step fails. 0: for ever.'),
});

/** A policy for model calls: what a policy counts by failure type, the repair loop's caps, budgets. */
const modelPolicyFields = retryPolicyFields.extend({
  attemptsByType: z
    .partialRecord(failureType, z.int().min(1))
    .describe('Attempts that may end in this failure type, within the cap on all attempts.'),
  maximumRepairs: z.int().min(0).max(10).describe('Repair calls after the first answer.'),
  maximumOutputTokens: z.int().min(1).describe('Output token limit of the first call.'),
  gateCapMs: z
    .int()
    .min(0)
    .describe('Longest wait for a limiting provider inside the worker; then the workflow sleeps.'),
  deadlineMs: z
    .int()
    .min(1)
    .describe(
      'A question is not tried or held any longer than this in all, outages and repairs included.',
    ),
  callBudget: budgetSchema.describe('What one question may spend, its repairs included.'),
  workflowBudget: budgetSchema.describe('What all calls of one workflow may spend together.'),
  prices: z
    .record(z.string(), priceSchema)
    .describe('What models cost, by <provider>:<model>. A cap on cost needs them.'),
  fallback: z
    .array(fallbackSchema)
    .max(10)
    .describe('Models to ask, in this order, when the one before does not answer.'),
});

function refuseNonsense(context: z.core.ParsePayload<RetryPolicy>): void {
  const policy = context.value;
  const refuse = (field: keyof RetryPolicy, message: string) =>
    context.issues.push({ code: 'custom', path: [field], message, input: policy[field] });
  if (policy.initialIntervalMs > policy.maximumIntervalMs) {
    refuse('initialIntervalMs', `must not exceed maximumIntervalMs (${policy.maximumIntervalMs})`);
  }
  if (policy.maximumAttempts === 0 && policy.elapsedBudgetMs === 0) {
    refuse('maximumAttempts', 'must cap attempts when elapsedBudgetMs does not cap time (both 0)');
  }
}

/** Validates a complete policy for effects. */
export const retryPolicySchema = retryPolicyFields.check(refuseNonsense);
/** Validates a complete policy for model calls. */
export const modelPolicySchema = modelPolicyFields.check(
  refuseNonsense,
  ({ value: policy, issues }) => {
    for (const { path, message } of fallbackProblems(policy)) {
      issues.push({ code: 'custom', path: ['fallback', ...path], message, input: policy.fallback });
    }
  },
);
/** What a file or flag may change of an effect's policy: any field, none required. */
export const retryPolicyOverride = retryPolicyFields.partial();
/** What a policies file or a flag may change of the model policy: any field, none required. */
export const modelPolicyOverride = modelPolicyFields.partial();

/** A policy for effects; the field descriptions of its schema say what each field does. */
export type RetryPolicy = z.infer<typeof retryPolicyFields>;
/** A {@link RetryPolicy} with the repair loop's caps, budgets, prices and fallbacks. */
export type ModelPolicy = z.infer<typeof modelPolicyFields>;

/** What is wrong with the list of fallbacks, besides its form: the path below `fallback`, and why. */
function fallbackProblems({
  fallback,
  maximumAttempts,
  callBudget,
  workflowBudget,
  prices,
}: Pick<
  ModelPolicy,
  'fallback' | 'maximumAttempts' | 'callBudget' | 'workflowBudget' | 'prices'
>): { readonly path: PropertyKey[]; readonly message: string }[] {
  const problems: { path: PropertyKey[]; message: string }[] = [];
  let attemptsBefore = 0;
  for (const [index, { model, afterAttempts }] of fallback.entries()) {
    if (fallback.findIndex((each) => each.model === model) < index) {
      problems.push({ path: [index, 'model'], message: 'is named twice' });
    }
    attemptsBefore += afterAttempts;
    if (maximumAttempts > 0 && attemptsBefore >= maximumAttempts) {
      problems.push({
        path: [index, 'afterAttempts'],
        message: `leaves no attempt for it: the models before have ${attemptsBefore} of maximumAttempts (${maximumAttempts})`,
      });
    }
    for (const { maximumCost } of [callBudget, workflowBudget]) {
      if (maximumCost && prices[model]?.currency !== maximumCost.currency) {
        const message = `has no price in ${maximumCost.currency}, and a budget caps the cost`;
        problems.push({ path: [index, 'model'], message });
      }
    }
  }
  return problems;
}
