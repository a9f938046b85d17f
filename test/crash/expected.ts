import type { Cell, Point, Strike } from './cells.ts';

/**
 * What a cell came to, counted at the target: `1` is one effect and a workflow that completed;
 * `unknown, n` is a workflow that failed with `EffectUnknown`, for a person to decide, and n effects.
 */
export type Outcome = string;

const one = ['1'] as const;
/** Nothing was sent, and that cannot be known any more. */
const unknownNone = ['unknown, 0'] as const;
/** It was sent, and that cannot be known any more. */
const unknownOne = ['unknown, 1'] as const;

/** Where the way is "at most once", doubt ends with a person. */
const atMostOnce: Record<Strike, Partial<Record<Point, readonly Outcome[]>>> = {
  'worker killed': {
    'after the claim': unknownNone,
    'after the request was sent': unknownOne,
    'after the target did it': unknownOne,
  },
  // The worker lives: its attempt ends as if nothing had happened.
  'Temporal killed': {},
  // The effect is done while nothing can be recorded.
  'PostgreSQL killed': {
    'after the claim': unknownOne,
    'after the request was sent': unknownOne,
    'after the target did it': unknownOne,
  },
  // Before it is sent a connection that is refused leaves no doubt.
  'connection cut': {
    'after the request was sent': unknownOne,
    'after the target did it': unknownOne,
  },
  'Stripe stores a 500': {},
  'worker paused': {
    'after the claim': unknownNone,
    // Its request timeout is over when it wakes up; whether that ends the request first is a race.
    'right before the request': [...unknownNone, ...unknownOne],
    'after the request was sent': unknownOne,
    'after the target did it': unknownOne,
  },
};

/** The outcomes that are right for a cell. */
export function expectedOutcomes({ strike, point, effect }: Cell): readonly Outcome[] {
  if (strike === 'Stripe stores a 500') {
    // The stored answer comes again for ever; only a payment that is found ends the doubt.
    return point === 'after the target did it' ? one : unknownNone;
  }
  if (effect === 'webhook') return atMostOnce[strike][point] ?? one;
  const mayTwin = effect === 'ticket' && strike === 'worker paused';
  return mayTwin ? ['1', '1, twin closed'] : one;
}
