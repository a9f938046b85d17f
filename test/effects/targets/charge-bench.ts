import { type StripeFault, type StripeSandbox, startStripe } from '../../../dev/sandbox/stripe.ts';
import type { Ledger } from '../../../src/effects/once/ledger.ts';
import { runOnce } from '../../../src/effects/once/run-once.ts';
import { createCharge } from '../../../src/effects/targets/stripe/charge.ts';
import type { ChargeInput } from '../../../src/effects/targets/stripe/payments.ts';
import { createStripe } from '../../../src/effects/targets/stripe/stripe-client.ts';

const pass: StripeFault = { kind: 'pass' };

/** A Stripe that fails as the list says, POST by POST, and then works. */
export async function stripeWith(
  t: { after: (cleanup: () => Promise<void>) => void },
  posts: readonly StripeFault[] = [],
  gets: readonly StripeFault[] = [],
): Promise<StripeSandbox> {
  const left = { POST: [...posts], GET: [...gets] };
  const stripe = await startStripe({
    customers: [{ id: 'cus_1' }, { id: 'cus_2' }],
    paymentMethods: [
      { id: 'pm_good', customer: 'cus_1' },
      { id: 'pm_declined', customer: 'cus_1', outcome: 'declines' },
      { id: 'pm_3ds', customer: 'cus_1', outcome: 'requiresAction' },
      { id: 'pm_slow', customer: 'cus_1', outcome: 'processing' },
    ] as never,
    faults: ({ method }) => left[method as 'POST' | 'GET'].shift() ?? pass,
  });
  t.after(() => stripe.stop());
  return stripe;
}

/** Charges 120.00 EUR, in scope `test`. */
export function charge(
  ledger: Ledger,
  stripe: StripeSandbox,
  workflowId: string,
  input: Partial<ChargeInput> = {},
  secretKey: string = stripe.secretKey,
  requestTimeoutMs = 10_000,
) {
  const client = createStripe({ secretKey, baseUrl: stripe.origin });
  const place = { scope: 'test', workflowId };
  const full = {
    orderId: workflowId,
    customerId: 'cus_1',
    paymentMethod: 'pm_good',
    total: { amountMinor: 12000, currency: 'eur' },
    ...input,
  };
  return runOnce(ledger, createCharge({ stripe: client }), place, full, {
    requestTimeoutMs,
  });
}

/** How many POSTs there were. */
export const posts = (stripe: StripeSandbox) =>
  stripe.requests.filter(({ method }) => method === 'POST').length;

/** How many payments took place. */
export const succeeded = async (stripe: StripeSandbox) =>
  (await stripe.paymentIntents()).filter(({ status }) => status === 'succeeded').length;

/** Another request with the same key is under way. */
export const inFlight: StripeFault = {
  kind: 'status',
  status: 409,
  body: { error: { type: 'idempotency_error', code: 'idempotency_key_in_use' } },
};
