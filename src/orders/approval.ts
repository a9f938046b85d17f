import { z } from 'zod';
import { currencyRule, formatMoney, type Money } from '../wire/money.ts';
import type { Approval, AwaitApproval } from '../workflow.ts';
import type { SavedOrder } from './order.ts';

/** What an approval of an order may bring: the amount to charge. */
export const approvedTotalSchema = z
  .strictObject({ amountMinor: z.int().min(1), currency: z.string() })
  .refine(({ amountMinor, currency }) => {
    const rule = currencyRule(currency);
    return rule !== undefined && amountMinor % rule.multipleOf === 0;
  }, 'no amount that can be charged');

/**
 * What may be charged: the order's own total, after a person approved it where one must.
 *
 * @throws ApplicationFailure `ApprovalRequired` when the deadline comes first.
 */
export async function approvedTotal(
  order: SavedOrder,
  approval: AwaitApproval,
  deadlineMs: number,
): Promise<Money> {
  const { fingerprint, total, reviewReasons: reasons } = order;
  if (reasons.length === 0 && total) return total;
  const approved = await approval({
    ...{ what: 'order', fingerprint, reasons, deadlineMs },
    amountNeeded: total === undefined,
    problemWith: (each) => problemWith(each, order),
  });
  return total ?? (approved.answer as unknown as Money);
}

function problemWith({ answer }: Approval, { total }: SavedOrder): string | undefined {
  if (answer === undefined) {
    return total === undefined
      ? "the order's amount is ambiguous: the approval must name the amount and currency"
      : undefined;
  }
  const parsed = approvedTotalSchema.safeParse(answer);
  if (!parsed.success) return 'the approval is not one: total is no amount that can be charged';
  if (total === undefined) return undefined;
  // What a person believes to approve is what is charged, or nothing is.
  const named = parsed.data;
  return named.amountMinor === total.amountMinor && named.currency === total.currency
    ? undefined
    : `the approval names ${formatMoney(named)}, the order is over ${formatMoney(total)}`;
}
