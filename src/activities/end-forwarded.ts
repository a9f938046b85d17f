import type { Effect } from '../effects/once/effect.ts';
import { clientStatus, type ForwardFailure, type WebhookEvent } from '../wire/forwarded.ts';
import { createEffectActivity, type EffectActivityDependencies } from './run-effect.ts';

/** How a forwarded call ended without an answer. */
export type ForwardedEnd = Pick<ForwardFailure, 'type' | 'message'> &
  Used & { readonly id: string };

interface Used {
  readonly attempts: number;
  readonly possiblyBilled: number;
}

/** Where it is written down. */
export interface EndRecords {
  readonly failed: (id: string, failure: ForwardFailure, used: Used) => Promise<boolean>;
}

/** What is told of ends, and how. */
export interface WebhookDependencies extends EffectActivityDependencies {
  readonly records: WebhookRecords;
  readonly webhook: Effect<WebhookEvent, { readonly status: number }>;
}

/** Where it is known what is to be told. */
export interface WebhookRecords {
  readonly eventOf: (id: string) => Promise<WebhookEvent | undefined>;
  readonly told: (id: string) => Promise<void>;
}

/** Activities of forwarded calls, beside those that make their attempts. */
export function createForwardActivities(
  records: EndRecords,
  { records: webhooks, webhook, ...shared }: WebhookDependencies,
) {
  return {
    /** What is to be told of a call that has ended. */
    readWebhookEvent: webhooks.eventOf,
    /** Tells it, once. */
    sendWebhook: createEffectActivity(webhook, shared),
    webhookTold: webhooks.told,
    /** Tells whoever waits for a forwarded call that it has failed for good. */
    async endForwarded(end: ForwardedEnd): Promise<void> {
      const { id, type, message, attempts, possiblyBilled } = end;
      const failure = { type, message, status: clientStatus(type, undefined) };
      await records.failed(id, failure, { attempts, possiblyBilled });
    },
  };
}

/** What workflows know of them, by `import type` only. */
export type ForwardActivities = ReturnType<typeof createForwardActivities>;
