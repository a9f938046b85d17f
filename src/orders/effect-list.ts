import type { ListedEffect } from '../wire/effect-call.ts';

/**
 * Every effect there is. A new one is a line here and its declaration in `effects/`, which
 * `orders/declare-effects.ts` creates under the same name; the compiler compares the two.
 */
export const effectList = [
  {
    name: 'save',
    policy: 'database',
    does: 'save the order; the first save decides',
    retentionDays: 400,
  },
  { name: 'charge', policy: 'payment', does: 'charge the customer', retentionDays: 400 },
  {
    name: 'ticket',
    policy: 'ticket',
    does: 'open the ticket for fulfilment',
    retentionDays: 90,
  },
  { name: 'refund', policy: 'payment', does: 'give a payment back', retentionDays: 400 },
  { name: 'email', policy: 'message', does: 'send an email', retentionDays: 90 },
  { name: 'webhook', policy: 'message', does: 'post to the webhook', retentionDays: 90 },
] as const satisfies readonly ListedEffect[];

/** The name of an effect in {@link effectList}. */
export type EffectName = (typeof effectList)[number]['name'];

const names: readonly EffectName[] = ['save', 'charge', 'ticket'];

/** The effects of `processOrder`, in order. */
export const orderEffects: readonly ListedEffect[] = effectList.filter(({ name }) =>
  names.includes(name),
);
