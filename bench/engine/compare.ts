import { median } from '../overhead/median.ts';
import type { BenchWorld, Way } from './bench-world.ts';
import { type Load, type Measured, measure } from './measure.ts';

/** Several measurements of the same. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** What a call cost both ways under one load. */
export interface Row extends Load {
  readonly rounds: number;
  readonly costs: Readonly<Record<keyof Measured, Compared>>;
}

/** One figure of both ways. The ratio is of the two that ran one after the other. */
export interface Compared {
  readonly bare: Spread;
  readonly complete: Spread;
  readonly ratio: Spread;
}

/** Lets both ways take turns under one load. */
export async function compare(
  { serverPid, ways }: BenchWorld,
  load: Load,
  rounds: number,
): Promise<Row> {
  const of: Record<Way['name'], Measured[]> = { bare: [], complete: [] };
  for (let round = 0; round < rounds; round += 1) {
    // Whoever is first in a round may profit or suffer from it: they take turns in that too.
    for (const way of round % 2 === 0 ? ways : [...ways].reverse()) {
      of[way.name].push(await measure(way, serverPid, load));
    }
  }
  const compared = (field: keyof Measured): Compared => ({
    bare: spreadOf(of.bare.map((each) => each[field])),
    complete: spreadOf(of.complete.map((each) => each[field])),
    ratio: spreadOf(
      of.complete.map((each, round) => each[field] / (of.bare[round]?.[field] ?? Number.NaN)),
    ),
  });
  return {
    ...load,
    rounds,
    costs: {
      workerCpuMs: compared('workerCpuMs'),
      serverCpuMs: compared('serverCpuMs'),
      callsPerSecond: compared('callsPerSecond'),
      p50Ms: compared('p50Ms'),
    },
  };
}

function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}
