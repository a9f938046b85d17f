import type Stripe from 'stripe';
import { z } from 'zod';
import { workflowIdPattern } from '../../../wire/identifiers.ts';
import type { EffectContext, NativeKeyEffect } from '../../once/effect.ts';
import { EffectError, reasonFrom } from '../../once/effect-error.ts';
import { markedPayments } from './marked-payments.ts';
import type { Charge, ChargeInput } from './payments.ts';
import { findAtStripe, stripeKeyWindowMs, stripeMetadata, stripeOnce } from './stripe-effect.ts';

type ChargeContext = EffectContext<ChargeInput>;

/** Charges a customer's saved payment method, once under the idempotency key. */
export function createCharge(dependencies: {
  readonly stripe: Stripe;
}): NativeKeyEffect<ChargeInput, Charge> {
  const { stripe } = dependencies;
  return {
    name: 'charge',
    target: 'stripe',
    way: 'native key',
    keyWindowMs: stripeKeyWindowMs,
    // The SDK is built for one version of the API: answers of another would not have its shape.
    apiVersion: stripe.getApiField('version'),
    input: z.object({
      orderId: z.string().regex(workflowIdPattern),
      customerId: z.string().min(1),
      paymentMethod: z.string().min(1),
      total: z.object({ amountMinor: z.int().min(1), currency: z.string().regex(/^[a-z]{3}$/) }),
    }),
    result: z.object({
      chargeId: z.string(),
      amountMinor: z.int().min(1),
      currency: z.string(),
    }),
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

    run: (context) =>
      stripeOnce(
        context,
        async (options) => {
          const parameters = context.request as unknown as Stripe.PaymentIntentCreateParams;
          return chargeFrom(await stripe.paymentIntents.create(parameters, options), context);
        },
        () => lookUp(stripe, context),
      ),
    lookUp: (context) => lookUp(stripe, context),
    findMarked: markedPayments(stripe),
  };
}

/** Among the customer's payments. */
async function lookUp(stripe: Stripe, context: ChargeContext): Promise<Charge | undefined> {
  const customer = context.input.customerId;
  const found = await findAtStripe(context, (listing, options) =>
    stripe.paymentIntents.list({ customer, ...listing }, options),
  );
  const intent = found.find(({ status }) => status === 'succeeded') ?? found[0];
  return intent && chargeFrom(intent, context);
}

/** Statuses of a payment that did not and will not take place by itself. */
const refused: readonly string[] = ['requires_payment_method', 'canceled'];

/** Only `succeeded`, in the amount that was asked for, is a charge. */
function chargeFrom(intent: Stripe.PaymentIntent, { input }: ChargeContext): Charge {
  const { id, status, amount, currency } = intent;
  const asAsked = amount === input.total.amountMinor && currency === input.total.currency;
  if (status === 'succeeded' && asAsked) return { chargeId: id, amountMinor: amount, currency };
  const reason = asAsked ? reasonFrom(status) : 'the payment has another amount';
  const fields = { by: 'stripe', reason, sent: true } as const;
  if (asAsked && refused.includes(status)) {
    throw new EffectError('refused', { ...fields, type: 'EffectRefused' });
  }
  throw new EffectError('unknown', { ...fields, type: 'EffectUnknown' });
}
