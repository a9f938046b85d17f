import type Stripe from 'stripe';
import { z } from 'zod';
import type { NativeKeyEffect } from '../../once/effect.ts';
import type { Refund, RefundInput } from './payments.ts';
import { stripeEffect, stripeMetadata, textField } from './stripe-effect.ts';

/** Gives a charge back, in whole or in part, once under the key; one that is `pending` parks. */
export function createRefund({
  stripe,
}: {
  readonly stripe: Stripe;
}): NativeKeyEffect<RefundInput, Refund> {
  const { refunds } = stripe;
  return stripeEffect<RefundInput, Refund, Stripe.Refund>(stripe, {
    name: 'refund',
    noun: 'refund',
    input: z.object({
      chargeId: z.string().trim().startsWith('pi_'),
      amountMinor: z.int().min(1).exactOptional(),
    }),
    result: z.object({
      refundId: z.string(),
      chargeId: z.string(),
      amountMinor: z.int().min(1),
      currency: z.string(),
    }),
    identity: ({ chargeId, amountMinor }) => ({ chargeId, amountMinor: amountMinor ?? 'all' }),
    request: ({ chargeId, amountMinor }, key) => ({
      payment_intent: chargeId,
      ...(amountMinor !== undefined && { amount: amountMinor }),
      metadata: stripeMetadata(key),
    }),
    create: (request, options) =>
      refunds.create(request as unknown as Stripe.RefundCreateParams, options),
    list(listing, request, options) {
      const payment_intent = textField(request, 'payment_intent');
      return refunds.list({ ...listing, ...(payment_intent && { payment_intent }) }, options);
    },
    // https://docs.stripe.com/refunds#failed-refunds
    isOver: ['failed', 'canceled'],
    isAsAsked: ({ amount }, { amountMinor = amount }) => amountMinor === amount,
    resultOf: ({ id, amount, currency }, { chargeId }) => ({
      ...{ refundId: id, chargeId, amountMinor: amount, currency },
    }),
    idField: 'refundId',
  });
}
