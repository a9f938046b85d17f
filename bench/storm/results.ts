import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { contenders } from './contenders.ts';
import type { Outcome } from './outcome.ts';
import type { Storm } from './storm.ts';

/** What `results.json` holds: the last run of each contender through one storm. */
export interface Results {
  readonly storm: Storm;
  readonly outcomes: readonly KeptOutcome[];
}

/** An outcome with where and when it came about. */
export interface KeptOutcome extends Outcome {
  readonly day: string;
  readonly cores: number;
  readonly node: string;
}

const file = path.join(import.meta.dirname, 'results.json');

/** @returns nothing where no run was kept yet. */
export function readResults(): Results | undefined {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** Puts a contender's outcome in the place of its last one; those of another storm go. */
export function keepOutcome(storm: Storm, outcome: Outcome): void {
  const before = readResults();
  const isSame = JSON.stringify(before?.storm) === JSON.stringify(storm);
  const others = isSame ? (before?.outcomes ?? []).filter(({ id }) => id !== outcome.id) : [];
  const kept = {
    ...outcome,
    day: new Date().toISOString().slice(0, 10),
    cores: cpus().length,
    node: process.version,
  };
  const place = ({ id }: Outcome) => contenders.findIndex((contender) => contender.id === id);
  const outcomes = [...others, kept].sort((one, other) => place(one) - place(other));
  writeFileSync(file, printed({ storm, outcomes }));
}

/** Indented, but each list of numbers on one line. */
function printed(results: Results): string {
  const json = JSON.stringify(results, null, 2);
  const lists = json.replace(/\[[\d\s.,]+\]/g, (list) => list.replaceAll(/\s+/g, ''));
  return `${lists}\n`;
}
