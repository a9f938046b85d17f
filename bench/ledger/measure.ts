import { type StepName, type Store, stepNames } from './steps.ts';

/** What a step took, round by round. */
export interface Measured {
  readonly timesMs: number[];
  /** Statements that were sent for it; more than one number where rounds differ. */
  readonly statements: Set<number>;
}

/** Of one store. */
export type Measures = ReadonlyMap<StepName, Measured>;

/**
 * Every step once a round, in turns, on each store in turn; the machine is slower at some times than
 * at others. What comes first in a round may profit or suffer from it: the bare insert is first and
 * last by turns.
 */
export async function measure(
  stores: readonly Store[],
  { rounds, warmUp }: { readonly rounds: number; readonly warmUp: number },
  statements: () => number,
): Promise<readonly Measures[]> {
  const all = stores.map((store) => ({ store, measures: empty() }));
  const [first, ...others] = stepNames;
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const { store, measures } of all) {
      for (const name of round % 2 === 0 ? stepNames : [...others, first]) {
        const before = statements();
        const startedMs = performance.now();
        await store.run[name](warmUp + round);
        const tookMs = performance.now() - startedMs;
        if (round < 0) continue;
        measures.get(name)?.timesMs.push(tookMs);
        measures.get(name)?.statements.add(statements() - before);
      }
    }
  }
  return all.map(({ measures }) => measures);
}

function empty(): Map<StepName, Measured> {
  return new Map(stepNames.map((name) => [name, { timesMs: [], statements: new Set() }]));
}
