import { costOf, type ExactAmount, formatAmount, parseAmount } from './budget-price.ts';
import type { Budget, Price } from './budget-schema.ts';
import { addUsage, type CallCosts, type Usage } from './call-costs.ts';

/** What was spent so far. */
export interface Spent {
  readonly attempts: number;
  /** Those of the attempts that had no answer and may have been billed nonetheless. */
  readonly possiblyBilled: number;
  readonly elapsedMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** What was certainly billed, by currency, in 10^-12 of its unit. */
  readonly cost: Readonly<Record<string, ExactAmount>>;
  /** Tokens that the possibly billed attempts used at most: their prompts and whole output limits. */
  readonly doubtfulTokens: number;
  /** What these tokens cost at most, as `cost`. */
  readonly doubtfulCost: Readonly<Record<string, ExactAmount>>;
}

/** {@link Spent} as JSON. */
export interface SpentRecord extends Omit<Spent, 'cost' | 'doubtfulCost'> {
  readonly cost: Readonly<Record<string, string>>;
  readonly doubtfulCost: Readonly<Record<string, string>>;
}

/** Nothing spent yet. */
export const nothingSpent: Spent = {
  attempts: 0,
  possiblyBilled: 0,
  elapsedMs: 0,
  inputTokens: 0,
  outputTokens: 0,
  cost: {},
  doubtfulTokens: 0,
  doubtfulCost: {},
};

/** Why a budget stops; a closed list, for failure details and metrics. */
export type BudgetReason = 'attempts' | 'elapsed' | 'tokens' | 'cost' | 'no price';

/** Whether one more call may be made, and if not, why: in words that say what was spent. */
export type BudgetDecision =
  | { readonly go: true; readonly attemptsLeft: number }
  | { readonly go: false; readonly reason: BudgetReason; readonly message: string };

/**
 * Decides before each call, by what was spent before it, so at most one call exceeds the budget.
 * What may have been billed counts as if it had been, with the most that it can have cost.
 * The cap on attempts is never exceeded: the call is told how many are left.
 *
 * @param price of the model that is about to be called.
 */
export function decideBudget(
  spent: Spent,
  budget: Budget,
  price: Price | undefined,
): BudgetDecision {
  const { maximumAttempts, maximumElapsedMs, maximumTokens, maximumCost } = budget;
  const stop = (reason: BudgetReason, allowed: string): BudgetDecision => ({
    go: false,
    reason,
    message: `${describeSpent(spent)}; the budget allows ${allowed}`,
  });
  if (maximumAttempts !== undefined && spent.attempts >= maximumAttempts) {
    return stop('attempts', `${maximumAttempts} attempts`);
  }
  if (maximumElapsedMs !== undefined && spent.elapsedMs >= maximumElapsedMs) {
    return stop('elapsed', `${(maximumElapsedMs / 1000).toFixed(1)} s`);
  }
  const tokens = spent.inputTokens + spent.outputTokens + spent.doubtfulTokens;
  if (maximumTokens !== undefined && tokens >= maximumTokens) {
    return stop('tokens', `${maximumTokens} tokens`);
  }
  if (maximumCost) {
    const { amount, currency } = maximumCost;
    if (price?.currency !== currency) {
      return stop('no price', `${amount} ${currency}, and the model has no price in ${currency}`);
    }
    const cost = (spent.cost[currency] ?? 0n) + (spent.doubtfulCost[currency] ?? 0n);
    if (cost >= parseAmount(amount)) {
      return stop('cost', `${amount} ${currency}`);
    }
  }
  const attemptsLeft = (maximumAttempts ?? Number.POSITIVE_INFINITY) - spent.attempts;
  return { go: true, attemptsLeft };
}

/** "3 attempts (1 possibly billed, up to 2030 tokens), 12.0 s, 4100 tokens and 0.0123 usd spent" */
export function describeSpent(spent: Spent): string {
  const { possiblyBilled, doubtfulTokens, doubtfulCost } = spent;
  const atMost = [
    ...(doubtfulTokens > 0 ? [`${doubtfulTokens} tokens`] : []),
    ...Object.entries(costDecimals(doubtfulCost)).map(([currency, sum]) => `${sum} ${currency}`),
  ];
  const upTo = atMost.length > 0 ? `, up to ${atMost.join(' and ')}` : '';
  const doubtful = possiblyBilled > 0 ? ` (${possiblyBilled} possibly billed${upTo})` : '';
  const parts = [
    `${spent.attempts} attempts${doubtful}`,
    `${(spent.elapsedMs / 1000).toFixed(1)} s`,
    `${spent.inputTokens + spent.outputTokens} tokens`,
    ...Object.entries(costDecimals(spent.cost)).map(([currency, sum]) => `${sum} ${currency}`),
  ];
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)} spent`;
}

/** Adds what was spent to what was spent before. */
export function addSpent(spent: Spent, more: Partial<Spent>): Spent {
  return combined(spent, more, 1);
}

/** What was spent after an earlier moment. */
export function spentSince(spent: Spent, before: Spent): Spent {
  return combined(spent, before, -1);
}

function combined(spent: Spent, other: Partial<Spent>, sign: 1 | -1): Spent {
  const sum = (field: Exclude<keyof Spent, 'cost' | 'doubtfulCost'>) =>
    spent[field] + sign * (other[field] ?? 0);
  const sums = (field: 'cost' | 'doubtfulCost') => {
    const cost = { ...spent[field] };
    for (const [currency, amount] of Object.entries(other[field] ?? {})) {
      cost[currency] = (cost[currency] ?? 0n) + BigInt(sign) * amount;
    }
    return cost;
  };
  return {
    attempts: sum('attempts'),
    possiblyBilled: sum('possiblyBilled'),
    elapsedMs: sum('elapsedMs'),
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
    cost: sums('cost'),
    doubtfulTokens: sum('doubtfulTokens'),
    doubtfulCost: sums('doubtfulCost'),
  };
}

/**
 * What one scheduling of a call spends, its answer included.
 *
 * @param atMost what one of its attempts can use.
 */
export function callSpent(
  costs: CallCosts & { readonly attempts: number; readonly usage?: Usage },
  price: Price | undefined,
  atMost: Usage,
): Partial<Spent> {
  const { attempts, elapsedMs = 0, possiblyBilled = 0, usage, failedUsage } = costs;
  const billed = addUsage(usage, failedUsage);
  const doubtful = {
    inputTokens: atMost.inputTokens * possiblyBilled,
    outputTokens: atMost.outputTokens * possiblyBilled,
  };
  return {
    ...{ attempts, elapsedMs, possiblyBilled },
    ...(billed && usageSpent(billed, price)),
    doubtfulTokens: doubtful.inputTokens + doubtful.outputTokens,
    ...(possiblyBilled > 0 && { doubtfulCost: usageSpent(doubtful, price).cost ?? {} }),
  };
}

/** What tokens add: their number, and their cost where the model has a price. */
export function usageSpent(usage: Usage, price: Price | undefined): Partial<Spent> {
  const { inputTokens, outputTokens } = usage;
  const cost = price ? { [price.currency]: costOf(usage, price) } : {};
  return { inputTokens, outputTokens, cost };
}

/** What was spent, as JSON. */
export function spentRecord({ cost, doubtfulCost, ...rest }: Spent): SpentRecord {
  return { ...rest, cost: costDecimals(cost), doubtfulCost: costDecimals(doubtfulCost) };
}

/** Reads what {@link spentRecord} wrote. */
export function spentFromRecord({ cost, doubtfulCost, ...rest }: SpentRecord): Spent {
  const exact = (decimals: SpentRecord['cost']) =>
    Object.fromEntries(Object.entries(decimals).map(([of, sum]) => [of, parseAmount(sum)]));
  return { ...rest, cost: exact(cost), doubtfulCost: exact(doubtfulCost) };
}

/** Exact amounts as decimal strings, for JSON. */
export function costDecimals(cost: Spent['cost']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(cost).map(([currency, amount]) => [currency, formatAmount(amount)]),
  );
}
