import { defineUpdate } from '@temporalio/workflow';
import { z } from 'zod';
import { currencyRule } from './currencies.ts';

/** A person's approval, bound to what they saw. */
export const approvalSchema = z.strictObject({
  /** `SavedOrder.fingerprint` of the order that was looked at. */
  fingerprint: z.string().min(1).max(100),
  /** The amount to charge; needed only where the order's own is ambiguous. */
  total: z
    .strictObject({ amountMinor: z.int().min(1), currency: z.string() })
    .refine(({ amountMinor, currency }) => {
      const rule = currencyRule(currency);
      return rule !== undefined && amountMinor % rule.multipleOf === 0;
    }, 'no amount that can be charged')
    .exactOptional(),
  /** Who approved, as the client's connection knows it. */
  approvedBy: z.string().max(300),
});

/** A checked {@link approvalSchema}. */
export type Approval = z.infer<typeof approvalSchema>;

/** A person's approval. Refused, or ignored, unless it is for what the order waits for. */
export const approveUpdate = defineUpdate<void, [Approval]>('approve');
