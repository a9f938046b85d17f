import { trackProgress } from '../../src/durable/track-progress.ts';
import type { Policies } from '../../src/policies/catalogue.ts';
import { chargeUnder } from './run-charge.ts';

const input = {
  orderId: 'order-1',
  customerId: 'cus_1',
  paymentMethod: 'pm_1',
  total: { amountMinor: 1200, currency: 'eur' },
};

/** Charges a month after a month, as a subscription would. */
export async function chargeMonths(policies: Policies, months: string[]): Promise<string[]> {
  const charge = chargeUnder(policies, trackProgress());
  const charges: string[] = [];
  for (const step of months) charges.push((await charge(input, { step })).chargeId);
  return charges;
}
