import { pass, type WireFault } from '../../../dev/sandbox/wire-fault.ts';
import { startWebhookListener, type WebhookListener } from '../../crash/webhook-listener.ts';

/** A listener for one test, that counts. */
export async function webhookTarget(
  t: { after: (cleanup: () => Promise<void>) => void },
  fault: (key: string) => WireFault = () => pass,
): Promise<WebhookListener> {
  const listener = await startWebhookListener(fault);
  t.after(listener.stop);
  return listener;
}
