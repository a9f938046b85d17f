import type Stripe from 'stripe';
import type { Json } from '../../../wire/json.ts';
import type { FindMarked, MarkedItem } from '../../once/effect.ts';
import { lookUpFailed } from '../send-or-look-up.ts';
import { classifyStripe } from './classify-stripe.ts';

const requestTimeoutMs = 30_000;

/** Stripe's payments that carry a key of ours; of one customer where the request names one. */
export function markedPayments(stripe: Stripe): FindMarked {
  const isOver = ['requires_payment_method', 'canceled'];
  return markedAtStripe('chargeId', isOver, (listing, request, options) => {
    const customer = textField(request, 'customer');
    const query = { ...listing, ...(customer !== undefined && { customer }) };
    return stripe.paymentIntents.list(query, options);
  });
}

/** Stripe's refunds that carry a key of ours; of one payment where the request names one. */
export function markedRefunds(stripe: Stripe): FindMarked {
  return markedAtStripe('refundId', ['failed', 'canceled'], (listing, request, options) => {
    const payment_intent = textField(request, 'payment_intent');
    const query = { ...listing, ...(payment_intent !== undefined && { payment_intent }) };
    return stripe.refunds.list(query, options);
  });
}

/** What the listed objects have in common. */
interface StripeObject {
  readonly id: string;
  readonly status: string | null;
  readonly metadata: Stripe.Metadata | null;
}

/**
 * @param idField the field of the effect's result that holds Stripe's id.
 * @param isOver statuses of what came to nothing.
 */
function markedAtStripe(
  idField: string,
  isOver: readonly string[],
  list: (
    listing: { readonly created: { readonly gte: number }; readonly limit: number },
    request: Json,
    options: Stripe.RequestOptions,
  ) => AsyncIterable<StripeObject>,
): FindMarked {
  return {
    markOf: (key) => key,
    idOf: (result) => textField(result, idField),
    async list({ sinceMs, request }) {
      const listing = { created: { gte: Math.floor(sinceMs / 1000) }, limit: 100 };
      const options = { timeout: requestTimeoutMs, maxNetworkRetries: 0 };
      const items: MarkedItem[] = [];
      try {
        for await (const { id, status, metadata } of list(listing, request ?? null, options)) {
          const mark = metadata?.holdfast_key;
          const state = status ?? 'without a status';
          if (mark !== undefined) items.push({ mark, id, state, done: !isOver.includes(state) });
        }
      } catch (error) {
        throw lookUpFailed(error, classifyStripe(error, Date.now()));
      }
      return items;
    },
  };
}

/** A field of a JSON object, if it is there and text. */
export function textField(value: Json, field: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const found: unknown = Reflect.get(value, field);
  return typeof found === 'string' ? found : undefined;
}
