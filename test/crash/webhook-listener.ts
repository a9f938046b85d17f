import { startLoopbackServer } from '../../dev/sandbox/loopback-server.ts';
import { recordOf } from '../../dev/sandbox/request-record.ts';
import { deliver, type WireFault } from '../../dev/sandbox/wire-fault.ts';

/** A listener that offers nothing: it takes a webhook as often as it comes, and counts. */
export interface WebhookListener {
  readonly origin: string;
  /** The key of each webhook that was taken. */
  readonly keys: readonly string[];
  stop(): Promise<void>;
}

/** Starts the listener on 127.0.0.1. */
export async function startWebhookListener(
  fault: (key: string) => WireFault,
): Promise<WebhookListener> {
  const keys: string[] = [];
  const server = await startLoopbackServer({
    async handle(exchange) {
      const { id: key } = JSON.parse(exchange.body.toString('utf8')) as { id: string };
      await deliver(exchange, recordOf(exchange), fault(key), async () => {
        keys.push(key);
        return { status: 200, headers: {}, body: '' };
      });
    },
  });
  return { origin: server.origin, keys, stop: server.stop };
}
