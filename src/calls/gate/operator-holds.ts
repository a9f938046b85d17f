import { isHoldOf, type ProviderHold } from '../../wire/provider-gate.ts';
import type { GateDecision } from './one-gate.ts';

const shortestSleepMs = 2000;
const longestSleepMs = 600_000;
/** No call comes back sooner than this share of the hold so far: its history grows with each return. */
const shareOfHold = 0.1;

/**
 * What persons hold, as a worker knows it.
 *
 * @param namesOf all names of a gate's account, since a person may say any of them.
 * @param random uniform in [0, 1).
 */
export function createOperatorHolds(
  namesOf: (gate: string) => readonly string[],
  random: () => number,
) {
  let holds: readonly (ProviderHold & { readonly sinceMs: number })[] = [];
  return {
    /** Replaces what was known. */
    set(next: readonly ProviderHold[]) {
      holds = next.map((hold) => ({ ...hold, sinceMs: Date.now() - hold.ageMs }));
    },
    /** The decision on a call for a gate, if a person holds it: to come back later. */
    decide(gate: string): GateDecision | undefined {
      const names = namesOf(gate);
      const hold = holds.find(({ target }) => names.some((name) => isHoldOf(target, name)));
      if (!hold) return undefined;
      const shareMs = (Date.now() - hold.sinceMs) * shareOfHold;
      const sleepMs = Math.min(longestSleepMs, Math.max(shortestSleepMs, shareMs));
      const delayMs = Math.round(sleepMs * (1 + random() / 4));
      const { reason, by } = hold;
      return { kind: 'deferred', delayMs, held: { gate, reason, by } };
    },
  };
}
