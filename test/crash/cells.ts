/** Where an effect is when something dies, in order. */
export const points = [
  'before the claim',
  'after the claim',
  'right before the request',
  'after the request was sent',
  'after the target did it',
  'after the record',
  'before the activity completion',
] as const;
/** One of {@link points}. */
export type Point = (typeof points)[number];

/** The effects that stand for the ways to be once, in the table's order. */
export const effectNames = ['save', 'charge', 'email', 'ticket', 'webhook'] as const;
/** One of {@link effectNames}. */
export type EffectName = (typeof effectNames)[number];

/** The stores of the ledger. */
export const stores = ['SQLite', 'PostgreSQL'] as const;
/** One of {@link stores}. */
export type Store = (typeof stores)[number];

/** What happens while an effect is at a point.*/
export const strikes = [
  'worker killed',
  'Temporal killed',
  'PostgreSQL killed',
  'connection cut',
  'worker paused',
  'Stripe stores a 500',
  'cancelled',
  'terminated',
  'attempts used up',
  'deadline over',
] as const;
/** One of {@link strikes}. */
export type Strike = (typeof strikes)[number];

/** After these the workflow is over although its effect was not, and the worker dies too. */
export const endings: readonly Strike[] = [
  'cancelled',
  'terminated',
  'attempts used up',
  'deadline over',
];

/** One crash of one effect on one store. */
export interface Cell {
  readonly strike: Strike;
  readonly point: Point;
  readonly effect: EffectName;
  readonly store: Store;
}

/** The cells of a store and a strike, which are struck together. */
export function cellsOf(store: Store, strike: Strike): Cell[] {
  return points.flatMap((point) =>
    effectNames.map((effect) => ({ strike, point, effect, store })).filter(exists),
  );
}

/** Whether an effect, a store, can meet with a strike at a point at all. */
function exists({ strike, point, effect, store }: Cell): boolean {
  if (strike === 'Stripe stores a 500') {
    return effect === 'charge' && /sent|did/.test(point);
  }
  // A paused worker may wake up right before it sends; the other strikes have "after the claim".
  if (point === 'right before the request') return strike === 'worker paused' && effect !== 'save';
  if (strike === 'PostgreSQL killed') return store === 'PostgreSQL';
  // A SQLite file has no connection.
  if (strike === 'connection cut') return effect !== 'save' || store === 'PostgreSQL';
  return true;
}

/** The workflow id, and so the order id, of a cell. */
export function cellId({ strike, point, effect, store }: Cell): string {
  return [store, strike, point, effect].join('.').replaceAll(' ', '-');
}
