import { type EffectName, listedEffect } from './effect-list.ts';

const names: readonly EffectName[] = ['save', 'charge', 'ticket'];

/** The effects of `processOrder`, in order: their names in the idempotency key, and what rules them. */
export const orderEffects = names.map(listedEffect);
