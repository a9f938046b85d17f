import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { ListedEffect } from '../../../wire/effect-call.ts';
import type { WebhookEvent } from '../../../wire/forwarded.ts';
import type { NativeKeyEffect } from '../../once/effect.ts';
import { EffectError } from '../../once/effect-error.ts';
import { sendOrLookUp } from '../send-or-look-up.ts';
import { classifyHttp, type HttpRow } from './classify-http.ts';
import { createHttpTarget, type HttpRequest, type HttpTarget } from './http-target.ts';

/** What {@link createSignedWebhook} needs. */
export interface SignedWebhookDependencies {
  /** Where a key's webhook is, and what it is signed with; `undefined` where it has none any more. */
  readonly webhookOf: (
    keyId: string,
  ) => Promise<{ readonly url: string; readonly secret: string } | undefined>;
  readonly allowPrivate?: boolean;
}

const target = 'webhook';

/** For the pruning of the ledger: it is no effect of any application. */
export const listedWebhook: ListedEffect = {
  name: 'gateway-webhook',
  policy: 'message',
  does: 'tell a client of the gateway that its call has ended',
  retentionDays: 30,
};

/** A receiver says that it has it by any 2xx; whatever else it says now, it may say otherwise later. */
const rows: readonly HttpRow[] = [
  [({ status }) => status === 410, 'refused', 'EffectRefused'],
  [({ status }) => status === 429, 'nothing happened', 'RateLimited'],
  [({ status }) => status === 503, 'in doubt', 'Overloaded'],
  [() => true, 'in doubt', 'ServerError'],
];

/**
 * Tells a receiver of an event, signed as Standard Webhooks has it
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). The id
 * is the same in all attempts, so that a receiver whose answer was lost knows what it has; the time
 * is the attempt's own, since receivers refuse old ones.
 */
export function createSignedWebhook(
  dependencies: SignedWebhookDependencies,
): NativeKeyEffect<WebhookEvent, { readonly status: number }> {
  const { webhookOf, allowPrivate } = dependencies;
  const targets = new Map<string, HttpTarget>();
  const targetOf = (url: string) => {
    const made = targets.get(url) ?? createHttpTarget({ target, baseUrl: url, allowPrivate });
    targets.set(url, made);
    return made;
  };
  return {
    name: listedWebhook.name,
    target,
    way: 'native key',
    isPatient: true,
    input: z.object({
      keyId: z.string(),
      id: z.string(),
      type: z.string(),
      responseId: z.string(),
      createdAtSeconds: z.int(),
    }),
    result: z.object({ status: z.int() }),
    identity: ({ id }) => ({ id }),
    request: ({ id, type, responseId, createdAtSeconds }) => ({
      path: '',
      body: {
        ...{ id, object: 'event', created_at: createdAtSeconds, type },
        data: { id: responseId },
      },
    }),
    did: ({ status }) => `told the webhook (${status})`,
    run: ({ request, signal, inDoubt, input }) =>
      sendOrLookUp({
        async send() {
          const webhook = await webhookOf(input.keyId);
          if (!webhook) {
            const fields = { type: 'EffectRefused', by: target, sent: false } as const;
            throw new EffectError('refused', { ...fields, reason: 'the key has none any more' });
          }
          const sent = request as unknown as HttpRequest;
          const headers = signedHeaders(webhook.secret, input.id, JSON.stringify(sent.body));
          const { status } = await targetOf(webhook.url)(sent, { signal, headers });
          return { status };
        },
        classify: (error) => classifyHttp(error, rows, { target, inDoubt, nowMs: Date.now() }),
      }),
  };
}

function signedHeaders(secret: string, id: string, body: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}
