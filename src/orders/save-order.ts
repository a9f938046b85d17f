import { z } from 'zod';
import { assertSameIdentity, fingerprintOf, inTransaction, workflowIdPattern } from '../app.ts';
import { type ChargeLimits, chargeLimits } from './charge-limits.ts';
import {
  type ExtractedOrder,
  extractedOrderSchema,
  type OrderRequest,
  type SavedOrder,
} from './order.ts';
import { reviewOrder } from './review-order.ts';

/** What is saved: the caller's order, and what the model read in its email. */
export interface SaveOrderInput {
  readonly orderId: string;
  readonly request: OrderRequest;
  readonly extracted: ExtractedOrder;
}

const saveOrderInput = z.object({
  orderId: z.string().regex(workflowIdPattern),
  request: z.object({
    email: z.string(),
    customer: z.object({ id: z.string().trim().min(1), paymentMethod: z.string().trim().min(1) }),
  }),
  extracted: extractedOrderSchema,
});

/** A saved order, as effects take it for input. */
export const savedOrderSchema: z.ZodType<SavedOrder> = z.object({
  orderId: z.string().regex(workflowIdPattern),
  customerId: z.string(),
  paymentMethod: z.string(),
  extracted: extractedOrderSchema,
  total: z.object({ amountMinor: z.int().min(1), currency: z.string() }).exactOptional(),
  reviewReasons: z.array(z.string()),
  fingerprint: z.string(),
});

/**
 * Saves an order in the ledger's own database, in one transaction with the ledger's row.
 *
 * The first save decides: the identity is the caller's input only, so that another reading of the
 * same email (after a Reset) gets the first row back. That holds for as long as the order is there,
 * also when the ledger's row was pruned.
 */
export const saveOrder = inTransaction<SaveOrderInput, SavedOrder, ChargeLimits>({
  does: 'save the order; the first save decides',
  did: () => 'saved the order',
  input: saveOrderInput,
  result: savedOrderSchema,
  identity: identityOf,
  config: chargeLimits,
  migrations: {
    '001': {
      sqlite: orderTable(`cast(unixepoch('subsec') * 1000 as integer)`),
      postgres: orderTable('floor(extract(epoch from clock_timestamp()) * 1000)::bigint'),
    },
  },
  forget: ({ key, sql }) => sql`delete from holdfast_order where key = ${key}`,
  async run({ key, input, config, sql }) {
    const order = savedOrder(input, config);
    const { orderId, customerId, paymentMethod, total, fingerprint } = order;
    const identity = identityOf(input);
    const inserted = await sql`insert into holdfast_order
      (key, order_id, customer_id, payment_method, email_hash, extracted, amount_minor, currency,
        review_reasons, fingerprint)
      values (${key}, ${orderId}, ${customerId}, ${paymentMethod}, ${identity.email},
        ${JSON.stringify(order.extracted)}, ${total?.amountMinor ?? null},
        ${total?.currency ?? null}, ${JSON.stringify(order.reviewReasons)}, ${fingerprint})
      on conflict (key) do nothing returning key`;
    if (inserted.length === 1) return order;
    // The ledger's row was pruned, the order was not.
    const [stored] = await sql<OrderRow>`select * from holdfast_order where key = ${key}`;
    if (!stored) throw new TypeError('an order that conflicts is there');
    const saved = orderFrom(stored);
    const was = { orderId: saved.orderId, email: stored.email_hash, customer: saved.customerId };
    assertSameIdentity({ ...was, paymentMethod: saved.paymentMethod }, identity);
    return saved;
  },
});

/** Databases from before effects had tables of their own have it already, with their rows. */
function orderTable(nowMs: string): string {
  return `create table if not exists holdfast_order (
    "key" text primary key, order_id text not null, customer_id text not null,
    payment_method text not null, email_hash text not null, extracted text not null,
    amount_minor bigint, currency text, review_reasons text not null,
    fingerprint text not null, saved_at_ms bigint default (${nowMs}) not null)`;
}

interface OrderRow {
  readonly order_id: string;
  readonly customer_id: string;
  readonly payment_method: string;
  readonly email_hash: string;
  /** JSON text, as the review's reasons are. */
  readonly extracted: string;
  readonly amount_minor: number | null;
  readonly currency: string | null;
  readonly review_reasons: string;
  readonly fingerprint: string;
}

/** What the caller gave. */
function identityOf({ orderId, request: { email, customer } }: SaveOrderInput) {
  const { id, paymentMethod } = customer;
  return { orderId, email: fingerprintOf(email), customer: id, paymentMethod };
}

function orderFrom(row: OrderRow): SavedOrder {
  const { amount_minor: amountMinor, currency } = row;
  return {
    orderId: row.order_id,
    customerId: row.customer_id,
    paymentMethod: row.payment_method,
    extracted: JSON.parse(row.extracted),
    ...(amountMinor !== null && currency !== null && { total: { amountMinor, currency } }),
    reviewReasons: JSON.parse(row.review_reasons),
    fingerprint: row.fingerprint,
  };
}

/** The row: the fingerprint covers who pays, how, and for what, so that an approval is for just that. */
function savedOrder(input: SaveOrderInput, limits: ChargeLimits): SavedOrder {
  const { orderId, request, extracted } = input;
  const { id: customerId, paymentMethod } = request.customer;
  const review = reviewOrder(extracted, limits);
  const charged = { orderId, customerId, paymentMethod, extracted };
  const fingerprint = fingerprintOf(review.total ? { ...charged, total: review.total } : charged);
  return { ...charged, ...review, fingerprint };
}
