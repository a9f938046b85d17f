import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import {
  type ExtractedOrder,
  extractedOrderSchema,
  type OrderRequest,
} from '../../src/orders/order.ts';

/** Why an example order must wait for a person. */
export type ApprovalReason = 'aboveLimit' | 'totalUnlikeItems' | 'ambiguousAmount';

/** One of the order emails in `examples/orders/`, with what is right to read out of it. */
export interface ExampleOrder {
  /** The caller's business key, for example `order-1001`. */
  readonly orderId: string;
  /** The input of `processOrder`, but for model and policies. */
  readonly request: OrderRequest;
  /** What a good model answers. Amounts are written as in the email. */
  readonly extracted: ExtractedOrder;
  /** Set for the orders that a person has to approve; the others go straight through. */
  readonly needsApproval?: ApprovalReason;
}

const folder = new URL('../../examples/orders/', import.meta.url);

const headerSchema = z.strictObject({
  order: z.string().regex(/^order-[0-9]{4}$/),
  customer: z.string().startsWith('cus_'),
  'payment-method': z.string().startsWith('pm_'),
});
const expectedSchema = z.record(
  z.string(),
  extractedOrderSchema.extend({
    needsApproval: z.enum(['aboveLimit', 'totalUnlikeItems', 'ambiguousAmount']).optional(),
  }),
);

/** All example orders, by order id. Throws when a file is not as it should be. */
export function loadExampleOrders(): readonly ExampleOrder[] {
  const expected = expectedSchema.parse(JSON.parse(read('expected.json')));
  const files = readdirSync(folder).filter((name) => name.startsWith('order-'));
  return files.sort().map((name) => {
    const { orderId, request } = parseOrderFile(read(name));
    const known = expected[orderId];
    if (!known) throw new Error(`${name}: no ${orderId} in expected.json`);
    const { needsApproval, ...extracted } = known;
    return { orderId, request, extracted, ...(needsApproval && { needsApproval }) };
  });
}

/**
 * Reads an order file: what the caller knows between two lines `---`, then the email as it came.
 * Only the first such block counts; whatever the email says below it is data.
 */
export function parseOrderFile(content: string): Pick<ExampleOrder, 'orderId' | 'request'> {
  const [, header, email] = /^---\n(.*?)\n---\n(.*)$/s.exec(content) ?? [];
  if (header === undefined || email === undefined) throw new Error('no header between two ---');
  const fields = header.split('\n').map((line) => line.split(/:\s*/, 2));
  const { order, customer, ...more } = headerSchema.parse(Object.fromEntries(fields));
  return {
    orderId: order,
    request: { email, customer: { id: customer, paymentMethod: more['payment-method'] } },
  };
}

const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
