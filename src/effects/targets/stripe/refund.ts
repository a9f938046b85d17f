import type Stripe from 'stripe';
import { z } from 'zod';
import type { EffectContext, NativeKeyEffect } from '../../once/effect.ts';
import { EffectError, reasonFrom } from '../../once/effect-error.ts';
import { markedRefunds } from './marked-payments.ts';
import type { Refund, RefundInput } from './payments.ts';
import { findAtStripe, stripeKeyWindowMs, stripeMetadata, stripeOnce } from './stripe-effect.ts';

type RefundContext = EffectContext<RefundInput>;

/** Gives a charge back, in whole or in part, once under the idempotency key. */
export function createRefund(dependencies: {
  readonly stripe: Stripe;
}): NativeKeyEffect<RefundInput, Refund> {
  const { stripe } = dependencies;
  return {
    name: 'refund',
    target: 'stripe',
    way: 'native key',
    keyWindowMs: stripeKeyWindowMs,
    apiVersion: stripe.getApiField('version'),
    input: z.object({
      chargeId: z.string().startsWith('pi_'),
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

    findMarked: markedRefunds(stripe),

    run: (context) =>
      stripeOnce(
        context,
        async (options) => {
          const parameters = context.request as unknown as Stripe.RefundCreateParams;
          return refundFrom(await stripe.refunds.create(parameters, options), context);
        },
        () => lookUp(stripe, context),
      ),
    lookUp: (context) => lookUp(stripe, context),
  };
}

/** Among the payment's refunds. */
async function lookUp(stripe: Stripe, context: RefundContext): Promise<Refund | undefined> {
  const found = await findAtStripe(context, (listing, options) =>
    stripe.refunds.list({ payment_intent: context.input.chargeId, ...listing }, options),
  );
  const refund = found.find(({ status }) => status === 'succeeded') ?? found[0];
  return refund && refundFrom(refund, context);
}

/** Statuses of a refund that will not reach the customer (https://docs.stripe.com/refunds#failed-refunds). */
const refused: readonly string[] = ['failed', 'canceled'];

/** Only `succeeded`, in the amount that was asked for, is a refund; `pending` parks. */
function refundFrom(refund: Stripe.Refund, { input }: RefundContext): Refund {
  const { id, status, amount, currency } = refund;
  const asAsked = input.amountMinor === undefined || input.amountMinor === amount;
  if (status === 'succeeded' && asAsked) {
    return { refundId: id, chargeId: input.chargeId, amountMinor: amount, currency };
  }
  const reason = asAsked ? reasonFrom(status) : 'the refund has another amount';
  const fields = { by: 'stripe', reason, sent: true } as const;
  if (asAsked && status !== null && refused.includes(status)) {
    throw new EffectError('refused', { ...fields, type: 'EffectRefused' });
  }
  throw new EffectError('unknown', { ...fields, type: 'EffectUnknown' });
}
