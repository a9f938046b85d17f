import { CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { ForwardActivities } from '../activities/end-forwarded.ts';
import { webhookPolicy } from '../policies/catalogue.ts';
import { activityOptions } from './activity-options.ts';

/**
 * Tells the webhook of a call's key that it has ended, once, also of a cancellation. What it refuses
 * for days is in the ledger and the journal; the call has ended as it has ended.
 */
export function tellWebhook(id: string): Promise<void> {
  const { readWebhookEvent, sendWebhook, webhookTold } = proxyActivities<ForwardActivities>(
    activityOptions(webhookPolicy, undefined, 'tell the webhook'),
  );
  return CancellationScope.nonCancellable(async () => {
    const input = await readWebhookEvent(id);
    // Its record was deleted meanwhile: nobody wants to hear of it.
    if (!input) return;
    await sendWebhook({ input, policy: webhookPolicy }).catch(() => {});
    await webhookTold(id);
  });
}
