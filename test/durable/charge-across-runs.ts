import { continueAsNew } from '@temporalio/workflow';
import { trackProgress } from '../../src/durable/track-progress.ts';
import type { Policies } from '../../src/policies/catalogue.ts';
import { chargeUnder } from './run-charge.ts';

/** What a run did. */
export interface ChargedRun {
  readonly chargeId: string;
  readonly replayed: boolean | undefined;
}

/** Charges each amount under the same effect's name, each in a run of its own. */
export async function chargeAcrossRuns(
  policies: Policies,
  amounts: readonly number[],
  earlier: readonly ChargedRun[] = [],
): Promise<readonly ChargedRun[]> {
  const progress = trackProgress();
  const charge = chargeUnder(policies, progress);
  const [amountMinor = 0, ...later] = amounts;
  const { chargeId } = await charge({
    orderId: 'order-1',
    customerId: 'cus_1',
    paymentMethod: 'pm_1',
    total: { amountMinor, currency: 'eur' },
  });
  const runs = [...earlier, { chargeId, replayed: progress.current().effects[0]?.replayed }];
  if (later.length === 0) return runs;
  return continueAsNew<typeof chargeAcrossRuns>(policies, later, runs);
}
