import type { PolicyName } from '../policies/catalogue.ts';

/** What is known of an effect without its code: all that workflows and the command line need. */
export interface ListedEffect {
  /** Part of the idempotency key, and the activity's name; never changes once rows exist. */
  readonly name: string;
  /** The policy of the catalogue that rules it. */
  readonly policy: PolicyName;
  /** For people. */
  readonly does: string;
  /** How long `effects prune` keeps its rows at least; longer than any target knows its keys. */
  readonly retentionDays: number;
}

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

/** @throws TypeError for a name that is not in the list. */
export function listedEffect(name: string): ListedEffect {
  const found = effectList.find((effect) => effect.name === name);
  if (!found) throw new TypeError(`there is no effect ${name}`);
  return found;
}
