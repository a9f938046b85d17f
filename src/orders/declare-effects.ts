import type { EffectActivities } from '../activities/create-activities.ts';
import { type EffectResources, ifConfigured } from '../effects/targets/configured-targets.ts';
import { createPostWebhook } from '../effects/targets/http/post-webhook.ts';
import { createSendEmail } from '../effects/targets/resend/send-email.ts';
import { createCharge } from '../effects/targets/stripe/charge.ts';
import { createRefund } from '../effects/targets/stripe/refund.ts';
import { type EffectName, effectList } from './effect-list.ts';
import { createOpenTicket } from './open-ticket.ts';
import { createSaveOrder } from './save-order.ts';

/**
 * Every effect, made under its name in `orders/effect-list.ts`. From here the activities are
 * registered, and the workflows get typed functions: a new effect is a line here.
 */
export function declareEffects(resources: EffectResources) {
  const { ledger, limits, stripe, github, email, webhook } = resources;
  return {
    save: createSaveOrder({ ledger, limits }),
    charge: ifConfigured(createCharge({ stripe }), resources),
    ticket: ifConfigured(createOpenTicket(github), resources),
    refund: ifConfigured(createRefund({ stripe }), resources),
    email: ifConfigured(createSendEmail(email), resources),
    webhook: ifConfigured(createPostWebhook(webhook), resources),
  } satisfies Record<EffectName, object>;
}

/** The effects by name, with their types. */
export type DeclaredEffects = ReturnType<typeof declareEffects>;

/** What workflows know of the effects' activities, by `import type` only. */
export type OrderActivities = EffectActivities<DeclaredEffects>;

/** The application of orders, as a worker is given it. */
export const orders = { declareEffects, effectList };
