import { z } from 'zod';
import type { Exchange } from './loopback-server.ts';
import { cardDeclined, invalidParameter } from './stripe-errors.ts';
import { jsonAnswer, relay, type WireAnswer } from './wire-answer.ts';

/** What confirming a payment with a payment method leads to. */
export type PaymentOutcome = 'succeeds' | 'declines' | 'requiresAction' | 'processing';

/** A saved payment method of a customer. */
export interface SandboxPaymentMethod {
  /** `pm_...` */
  readonly id: string;
  /** `cus_...` */
  readonly customer: string;
  /** `succeeds` unless given. */
  readonly outcome?: PaymentOutcome;
}

const paymentIntentSchema = z.looseObject({
  object: z.literal('payment_intent'),
  id: z.string(),
  amount: z.int(),
  currency: z.string(),
  status: z.string(),
  customer: z.string().nullable(),
  payment_method: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  /** Seconds since 1970. */
  created: z.int(),
});
const listSchema = z.looseObject({ data: z.array(paymentIntentSchema), has_more: z.boolean() });

/** A payment intent as Stripe shows it; amounts in the currency's smallest unit. */
export type PaymentIntentView = z.infer<typeof paymentIntentSchema> & {
  readonly amount_received: number;
};

/**
 * Payment intents on emulate's Stripe, with what it lacks: `confirm` on create, payment methods
 * that belong to a customer, and outcomes other than success.
 */
export function createPayments(origin: string, methods: readonly SandboxPaymentMethod[]) {
  const differences = new Map<string, Readonly<Record<string, unknown>>>();

  const view = (intent: z.infer<typeof paymentIntentSchema>): PaymentIntentView => {
    const shown = { ...intent, ...differences.get(intent.id) };
    return { ...shown, amount_received: shown.status === 'succeeded' ? shown.amount : 0 };
  };

  async function settle(intent: { id: string }, outcome: PaymentOutcome): Promise<void> {
    if (outcome === 'succeeds') {
      await fetch(`${origin}/v1/payment_intents/${intent.id}/confirm`, { method: 'POST' });
      const charges = await fetch(`${origin}/v1/charges?payment_intent=${intent.id}`);
      const { data } = (await charges.json()) as { data: { id: string }[] };
      differences.set(intent.id, { latest_charge: data[0]?.id ?? null });
      return;
    }
    const status = {
      declines: 'requires_payment_method',
      requiresAction: 'requires_action',
      processing: 'processing',
    }[outcome];
    differences.set(intent.id, { status });
  }

  async function find(id: string): Promise<PaymentIntentView> {
    const found = await fetch(`${origin}/v1/payment_intents/${id}`);
    return view(paymentIntentSchema.parse(await found.json()));
  }

  return {
    /** POST /v1/payment_intents. A decline code has the bank refuse, whatever the method. */
    async create(exchange: Exchange, declineCode?: string): Promise<WireAnswer> {
      const params = new URLSearchParams(exchange.body.toString('utf8'));
      const invalid = validate(params, methods);
      if (invalid) return invalid;
      const created = await relay(origin, exchange);
      if (created.status !== 200) return created;
      const intent = paymentIntentSchema.parse(JSON.parse(created.body));
      if (params.get('confirm') === 'true') {
        const method = methods.find(({ id }) => id === params.get('payment_method'));
        const outcome = declineCode ? 'declines' : (method?.outcome ?? 'succeeds');
        await settle(intent, outcome);
        if (outcome === 'declines') {
          return cardDeclined(await find(intent.id), declineCode ?? 'generic_decline');
        }
      }
      return jsonAnswer(200, await find(intent.id));
    },

    /** Any answer of emulate, with the payment intents in it as they should be. */
    complete(answer: WireAnswer): WireAnswer {
      const body: unknown = answer.status === 200 ? JSON.parse(answer.body) : undefined;
      const one = paymentIntentSchema.safeParse(body);
      if (one.success) return { ...answer, body: JSON.stringify(view(one.data)) };
      const list = listSchema.safeParse(body);
      if (!list.success) return answer;
      return { ...answer, body: JSON.stringify({ ...list.data, data: list.data.data.map(view) }) };
    },

    /** All there are, oldest first. */
    async all(): Promise<PaymentIntentView[]> {
      const found: PaymentIntentView[] = [];
      for (let hasMore = true; hasMore; ) {
        const after = found.length > 0 ? `&starting_after=${found.at(-1)?.id}` : '';
        const page = await fetch(`${origin}/v1/payment_intents?limit=100${after}`);
        const { data, has_more } = listSchema.parse(await page.json());
        found.push(...data.map(view));
        hasMore = has_more;
      }
      return found.reverse();
    },
  };
}

function validate(
  params: URLSearchParams,
  methods: readonly SandboxPaymentMethod[],
): WireAnswer | undefined {
  if (!/^[1-9][0-9]{0,11}$/.test(params.get('amount') ?? '')) {
    return invalidParameter('amount', 'Invalid positive integer', 'parameter_invalid_integer');
  }
  const wanted = params.get('payment_method');
  if (wanted === null) {
    return params.get('confirm') === 'true'
      ? invalidParameter('payment_method', 'A payment method is needed.', 'parameter_missing')
      : undefined;
  }
  const method = methods.find(({ id }) => id === wanted);
  if (!method || method.customer !== params.get('customer')) {
    const message = `No such PaymentMethod of this customer: '${wanted}'`;
    return invalidParameter('payment_method', message, 'resource_missing');
  }
  return undefined;
}
