import { createFailure } from '../failures/create-failure.ts';
import { decideBudget, type Spent, spentSince } from '../policies/budget.ts';
import type { Price } from '../policies/budget-schema.ts';
import type { ModelPolicy } from '../policies/retry-policy.ts';

/**
 * Lets one more call go, or not: the budget of the question and that of the workflow both decide.
 *
 * @param before what had been spent when the question began.
 * @returns the attempts that are left; infinite where no budget caps them.
 * @throws ApplicationFailure `QuotaExhausted`, which parks, with what was spent.
 */
export function assertBudgets(
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
