import { formatMoney, type Money } from '../wire/money.ts';
import type { ChargeLimits } from './charge-limits.ts';
import { parseMoney } from './money.ts';
import type { ExtractedOrder } from './order.ts';

/** The amount to charge, if there is one, and why a person must look before it is. */
export interface Review {
  readonly total?: Money;
  /** Sentences from a closed list, with amounts of our own making: never text of the email. */
  readonly reviewReasons: readonly string[];
}

/**
 * Whether an order may be charged as the model read it. Doubt goes to a person, never to repair: a
 * model told that the sum is wrong learns to invent matching numbers.
 */
export function reviewOrder(order: ExtractedOrder, limits: ChargeLimits): Review {
  const parsed = parseMoney(order.total, order.currency);
  if (!parsed.money) return { reviewReasons: [`total: ${parsed.problem}`] };
  const total = parsed.money;
  const reviewReasons = [itemsReason(order, total), limitReason(total, limits)].filter(
    (reason) => reason !== undefined,
  );
  return { total, reviewReasons };
}

function itemsReason(order: ExtractedOrder, total: Money): string | undefined {
  let sum = 0n;
  for (const [index, { quantity, unitPrice }] of order.items.entries()) {
    const price = parseMoney(unitPrice, order.currency);
    // A free item is fine; that its price is no amount to charge is not the question here.
    if (price.problem === 'the amount is zero') continue;
    if (!price.money) return `unit price of item ${index + 1}: ${price.problem}`;
    sum += BigInt(price.money.amountMinor) * BigInt(quantity);
  }
  if (sum === BigInt(total.amountMinor)) return undefined;
  const items =
    sum <= BigInt(Number.MAX_SAFE_INTEGER)
      ? formatMoney({ amountMinor: Number(sum), currency: total.currency })
      : 'far more';
  return `the total is ${formatMoney(total)}, the items add up to ${items}`;
}

function limitReason(total: Money, limits: ChargeLimits): string | undefined {
  const limit = limits.find(({ currency }) => currency === total.currency);
  if (limit === undefined) {
    return `${total.currency.toUpperCase()} is not among the currencies charged without asking`;
  }
  if (total.amountMinor <= limit.amountMinor) return undefined;
  return `${formatMoney(total)} is above the limit of ${formatMoney(limit)} for charging without asking`;
}
