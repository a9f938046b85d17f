import type { Exchange } from './loopback-server.ts';
import { invalidParameter } from './stripe-errors.ts';
import type { PaymentIntentView } from './stripe-payments.ts';
import { jsonAnswer, type WireAnswer } from './wire-answer.ts';

/** What becomes of a refund (https://docs.stripe.com/api/refunds/object). */
export type RefundStatus = 'succeeded' | 'pending' | 'requires_action' | 'failed' | 'canceled';

/** A refund as Stripe shows it; amounts in the currency's smallest unit. */
export interface RefundView {
  readonly object: 'refund';
  readonly id: string;
  readonly payment_intent: string;
  readonly amount: number;
  readonly currency: string;
  status: RefundStatus;
  readonly metadata: Readonly<Record<string, string>>;
  /** Seconds since 1970. */
  readonly created: number;
}

/** Refunds, which emulate's Stripe does not have: create and list, never more than was paid. */
export function createRefunds(payments: () => Promise<readonly PaymentIntentView[]>) {
  const refunds: RefundView[] = [];

  return {
    /** POST /v1/refunds. */
    async create(params: URLSearchParams, status: RefundStatus): Promise<WireAnswer> {
      const wanted = params.get('payment_intent') ?? '';
      const payment = (await payments()).find(({ id }) => id === wanted);
      if (payment?.status !== 'succeeded') {
        const message = `No such payment_intent that could be refunded: '${wanted}'`;
        return invalidParameter('payment_intent', message, 'resource_missing');
      }
      const given = refunds.filter((refund) => refund.payment_intent === wanted && stands(refund));
      const left = payment.amount - given.reduce((sum, { amount }) => sum + amount, 0);
      const amount = Number(params.get('amount') ?? left);
      if (left === 0) {
        return invalidParameter('payment_intent', 'It was refunded.', 'charge_already_refunded');
      }
      if (!Number.isInteger(amount) || amount < 1 || amount > left) {
        return invalidParameter('amount', 'More than is left.', 'parameter_invalid_integer');
      }
      const refund: RefundView = {
        object: 'refund',
        id: `re_sandbox_${refunds.length + 1}`,
        payment_intent: wanted,
        amount,
        currency: payment.currency,
        status,
        metadata: metadataOf(params),
        created: Math.floor(Date.now() / 1000),
      };
      refunds.push(refund);
      return jsonAnswer(200, refund);
    },

    /** GET /v1/refunds, newest first. */
    list({ url }: Exchange): WireAnswer {
      const query = url.searchParams;
      const wanted = query.get('payment_intent');
      const since = Number(query.get('created[gte]') ?? 0);
      const all = refunds
        .filter(({ payment_intent }) => wanted === null || payment_intent === wanted)
        .filter(({ created }) => created >= since)
        .reverse();
      const after = all.findIndex(({ id }) => id === query.get('starting_after')) + 1;
      const data = all.slice(after, after + Number(query.get('limit') ?? 10));
      const has_more = after + data.length < all.length;
      return jsonAnswer(200, { object: 'list', url: '/v1/refunds', data, has_more });
    },

    /** All there are, oldest first. */
    all: (): readonly RefundView[] => refunds,
  };
}

const stands = ({ status }: RefundView) => status !== 'failed' && status !== 'canceled';

function metadataOf(params: URLSearchParams): Record<string, string> {
  const entries = [...params].flatMap(([name, value]) => {
    const key = /^metadata\[(.+)\]$/.exec(name)?.[1];
    return key === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(entries);
}
