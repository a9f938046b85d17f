import type Stripe from 'stripe';
import { z } from 'zod';
import { workflowIdPattern } from '../../../wire/identifiers.ts';
import type { NativeKeyEffect } from '../../once/effect.ts';
import type { Charge, ChargeInput } from './payments.ts';
import { stripeEffect, stripeMetadata, textField } from './stripe-effect.ts';

/** Charges a customer's saved payment method, once under the idempotency key. */
export function createCharge({
  stripe,
}: {
  readonly stripe: Stripe;
}): NativeKeyEffect<ChargeInput, Charge> {
  const { paymentIntents } = stripe;
  return stripeEffect<ChargeInput, Charge, Stripe.PaymentIntent>(stripe, {
    name: 'charge',
    noun: 'payment',
    input: z.object({
      orderId: z.string().regex(workflowIdPattern),
      customerId: z.string().trim().min(1),
      paymentMethod: z.string().trim().min(1),
      total: z.object({ amountMinor: z.int().min(1), currency: z.string().regex(/^[a-z]{3}$/) }),
    }),
    result: z.object({ chargeId: z.string(), amountMinor: z.int().min(1), currency: z.string() }),
    identity: ({ customerId, total }) => ({ customerId, ...total }),
    request: ({ orderId, customerId, paymentMethod, total }, key) => ({
      amount: total.amountMinor,
      currency: total.currency,
      customer: customerId,
      payment_method: paymentMethod,
      confirm: true,
      off_session: true,
      // A redirect would need a person at a browser.
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      metadata: { holdfast_order: orderId, ...stripeMetadata(key) },
    }),
    create: (request, options) =>
      paymentIntents.create(request as unknown as Stripe.PaymentIntentCreateParams, options),
    list(listing, request, options) {
      const customer = textField(request, 'customer');
      return paymentIntents.list({ ...listing, ...(customer && { customer }) }, options);
    },
    isOver: ['requires_payment_method', 'canceled'],
    // What was captured may be less than what was asked for.
    isAsAsked: ({ amount, amount_received, currency, status }, { total }) =>
      (status === 'succeeded' ? amount_received : amount) === total.amountMinor &&
      currency === total.currency,
    resultOf: ({ id, amount_received: amountMinor, currency }) => ({
      ...{ chargeId: id, amountMinor, currency },
    }),
    idField: 'chargeId',
  });
}
