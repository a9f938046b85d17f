import type { Money } from '../../../wire/money.ts';

/** What charging a customer gave. */
export interface Charge {
  /** The payment provider's id (`pi_...`). */
  readonly chargeId: string;
  readonly amountMinor: number;
  readonly currency: string;
}

/** Whom to charge, and what: from the saved order, never from the model's words. */
export interface ChargeInput {
  readonly orderId: string;
  readonly customerId: string;
  readonly paymentMethod: string;
  readonly total: Money;
}

/** What to give back. */
export interface RefundInput {
  /** `Charge.chargeId`: the PaymentIntent (`pi_...`). */
  readonly chargeId: string;
  /** In the charge's smallest unit. Without: all that was not refunded yet. */
  readonly amountMinor?: number;
}

/** A refund that went through. */
export interface Refund {
  /** Stripe's id (`re_...`). */
  readonly refundId: string;
  readonly chargeId: string;
  readonly amountMinor: number;
  /** ISO 4217, lower case. */
  readonly currency: string;
}
