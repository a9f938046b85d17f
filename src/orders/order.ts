import { z } from 'zod';
import type { Charge, Money, Ticket } from '../app.ts';
import type { CallReport } from '../workflow.ts';

/** What the caller knows about an order; the email is the only text that is not trusted. */
export interface OrderRequest {
  /** The email's free text, as it arrived. */
  readonly email: string;
  /** The customer the email came from, known to the caller: never taken from the email. */
  readonly customer: {
    /** The payment provider's customer id (`cus_...`). */
    readonly id: string;
    /** The payment method to charge (`pm_...`). */
    readonly paymentMethod: string;
  };
}

const decimalText = z
  .string()
  .max(40)
  .describe('Digits exactly as the email writes them, for example "1200.50" or "1.234,50".');

/** What the model extracts from an email. Amounts stay text: code makes numbers of them. */
export const extractedOrderSchema = z.strictObject({
  items: z
    .array(
      z.strictObject({
        description: z.string().min(1).max(200),
        quantity: z.int().min(1).max(100_000),
        unitPrice: decimalText,
      }),
    )
    .min(1)
    .max(100),
  total: decimalText,
  currency: z
    .string()
    .min(1)
    .max(20)
    .describe('ISO 4217 code when the email makes it certain, otherwise its own symbol or word.'),
});

/** An order in the model's words. */
export type ExtractedOrder = z.infer<typeof extractedOrderSchema>;

/** The saved row: what every later effect takes its input from. */
export interface SavedOrder {
  readonly orderId: string;
  readonly customerId: string;
  readonly paymentMethod: string;
  readonly extracted: ExtractedOrder;
  /** The total when it is unambiguous, otherwise only a person can say. */
  readonly total?: Money;
  /** Why a person must approve before anything is charged; empty when none must. */
  readonly reviewReasons: readonly string[];
  /** Fingerprint of what is to be charged: an approval counts only for this one. */
  readonly fingerprint: string;
}

/** The input of `processOrder`. */
export interface ProcessOrderInput {
  readonly request: OrderRequest;
  /** `<provider>:<model>` that reads the email. */
  readonly model: string;
}

/** What `processOrder` returns. */
export interface ProcessOrderResult {
  readonly order: SavedOrder;
  readonly charge: Charge;
  /** Absent when a person had it skipped. */
  readonly ticket?: Ticket;
  readonly calls: CallReport;
}
