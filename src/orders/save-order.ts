import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { OrderTable } from '../database/database-schema.ts';
import type { TransactionEffect } from '../effects/once/effect.ts';
import type { Ledger } from '../effects/once/ledger.ts';
import { assertSameFingerprint } from '../effects/once/replay.ts';
import { fingerprintOf, workflowIdPattern } from '../wire/identifiers.ts';
import {
  type ExtractedOrder,
  extractedOrderSchema,
  type OrderRequest,
  type SavedOrder,
} from './order.ts';
import { type ReviewLimits, reviewOrder } from './review-order.ts';

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
    customer: z.object({ id: z.string().min(1), paymentMethod: z.string().min(1) }),
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
export function createSaveOrder(dependencies: {
  readonly ledger: Ledger;
  readonly limits: ReviewLimits;
}): TransactionEffect<SaveOrderInput, SavedOrder> {
  const { ledger, limits } = dependencies;
  return {
    name: 'save',
    target: 'database',
    way: 'same transaction',
    ledger,
    input: saveOrderInput,
    result: savedOrderSchema,
    identity: ({ orderId, request }) => ({
      orderId,
      email: fingerprintOf(request.email),
      customer: request.customer.id,
      paymentMethod: request.customer.paymentMethod,
    }),
    async run({ key, input, transaction }) {
      const order = savedOrder(input, limits);
      const row = rowOf(key, order, input.request.email);
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('holdfast_order')
        .values(row)
        .onConflict((conflict) => conflict.column('key').doNothing())
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows === 1n) return order;
      // The ledger's row was pruned, the order was not.
      const stored = await transaction
        .selectFrom('holdfast_order')
        .selectAll()
        .where('key', '=', key)
        .executeTakeFirstOrThrow();
      assertSameFingerprint(fingerprintOf(identityOf(stored)), fingerprintOf(identityOf(row)));
      return orderFrom(stored);
    },
  };
}

type OrderRow = Selectable<Omit<OrderTable, 'saved_at_ms'>>;

/** What the caller gave. */
function identityOf(row: OrderRow) {
  return {
    orderId: row.order_id,
    email: row.email_hash,
    customer: row.customer_id,
    paymentMethod: row.payment_method,
  };
}

function rowOf(key: string, order: SavedOrder, email: string): OrderRow {
  return {
    key,
    order_id: order.orderId,
    customer_id: order.customerId,
    payment_method: order.paymentMethod,
    email_hash: fingerprintOf(email),
    extracted: JSON.stringify(order.extracted),
    amount_minor: order.total?.amountMinor ?? null,
    currency: order.total?.currency ?? null,
    review_reasons: JSON.stringify(order.reviewReasons),
    fingerprint: order.fingerprint,
  };
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
function savedOrder(input: SaveOrderInput, limits: ReviewLimits): SavedOrder {
  const { orderId, request, extracted } = input;
  const { id: customerId, paymentMethod } = request.customer;
  const review = reviewOrder(extracted, limits);
  const charged = { orderId, customerId, paymentMethod, extracted };
  const fingerprint = fingerprintOf(review.total ? { ...charged, total: review.total } : charged);
  return { ...charged, ...review, fingerprint };
}
