import type { LeftBehind } from './progress.ts';

/** `done before: charged 12.00 EUR (pi_1); may have happened: default/order-1:ticket`; empty where nothing was. */
export function describeLeft({ done, inDoubt }: LeftBehind): string {
  return [
    ...(done.length > 0 ? [`done before: ${done.join(', ')}`] : []),
    ...(inDoubt.length > 0 ? [`may have happened: ${inDoubt.join(', ')}`] : []),
  ].join('; ');
}

/** What a workflow that did not complete left in its memo. */
export function leftFromMemo(memo: unknown): LeftBehind | undefined {
  const left = Object(memo) as Partial<LeftBehind>;
  return Array.isArray(left.done) && Array.isArray(left.inDoubt) ? (left as LeftBehind) : undefined;
}
