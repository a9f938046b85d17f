import { type Cell, endings, type Point, type Strike } from './cells.ts';

/**
 * What a cell came to, counted at the target: `1` is one effect and a workflow that completed;
 * `unknown, n` is a workflow that failed with `EffectUnknown`, for a person to decide, and n effects.
 * Of a workflow that was ended from outside, or gave up, it is what the ledger says: `done, 1`, `none, 0`,
 * `unknown, n` (or `started` with its lease over, which is listed beside).
 */
export type Outcome = string;

const one = ['1'] as const;
/** Nothing was sent, and that cannot be known any more. */
const unknownNone = ['unknown, 0'] as const;
/** It was sent, and that cannot be known any more. */
const unknownOne = ['unknown, 1'] as const;

/** Where the way is "at most once", doubt ends with a person. */
const atMostOnce: Partial<Record<Strike, Partial<Record<Point, readonly Outcome[]>>>> = {
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
  'worker paused': {
    'after the claim': unknownNone,
    // Its request timeout is over when it wakes up; whether that ends the request first is a race.
    'right before the request': [...unknownNone, ...unknownOne],
    'after the request was sent': unknownOne,
    'after the target did it': unknownOne,
  },
};

/** What the ledger says when the workflow is over and the effect was not: never nothing of what was done. */
function expectedAtEnd({ strike, point, effect }: Cell): readonly Outcome[] {
  // What a save did is committed with its record, after the one and before the other.
  if (effect === 'save')
    return [point === 'before the activity completion' ? 'done, 1' : 'none, 0'];
  if (point === 'before the claim') return ['none, 0'];
  if (point === 'after the claim') return ['unknown, 0'];
  if (/record|completion/.test(point)) return ['done, 1'];
  // Nobody looks after a termination; and what has no look-up, or is done after it, stays unknown.
  if (strike === 'terminated' || effect === 'webhook') return ['unknown, 1'];
  return point === 'after the target did it' ? ['done, 1'] : ['done, 1', 'unknown, 1'];
}

/** The outcomes that are right for a cell. */
export function expectedOutcomes(cell: Cell): readonly Outcome[] {
  const { strike, point, effect } = cell;
  if (endings.includes(strike)) return expectedAtEnd(cell);
  if (strike === 'Stripe stores a 500') {
    // The stored answer comes again for ever; only a payment that is found ends the doubt.
    return point === 'after the target did it' ? one : unknownNone;
  }
  if (effect === 'webhook') return atMostOnce[strike]?.[point] ?? one;
  const mayTwin = effect === 'ticket' && strike === 'worker paused';
  return mayTwin ? ['1', '1, twin closed'] : one;
}
