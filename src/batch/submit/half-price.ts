import type { Price } from '../../policies/budget-schema.ts';
import type { Usage } from '../../policies/call-costs.ts';
import { costNanoOf } from '../run/run-line.ts';

/** What tokens cost by a provider's own Batch API: half, rounded up, in 10^-9 of the unit. */
export function halfCostNano(usage: Usage | undefined, price: Price | undefined): number {
  return Math.ceil(costNanoOf(usage, price) / 2);
}
