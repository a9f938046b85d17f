import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import type { Kill } from './kills.ts';
import type { Cell } from './latency.ts';
import type { Streams } from './streams.ts';

/** Calls a second with a hundred at once and a provider of 50 ms. */
export interface Throughput {
  readonly oneActivityWorkflowPerSecond: number;
}

/** What `results.json` holds: each part as it was last run. */
export interface Results {
  readonly day: string;
  readonly cores: number;
  readonly node: string;
  /** Peers that cannot be had here, and why. */
  readonly missing: Readonly<Record<string, string>>;
  readonly latency?: readonly Cell[];
  readonly throughput?: Throughput;
  readonly streams?: readonly Streams[];
  readonly kills?: readonly Kill[];
}

const file = path.join(import.meta.dirname, 'results.json');

/** @returns nothing where no run was kept yet. */
export function readResults(): Results | undefined {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** Puts parts in the place of their last runs. */
export function keepResults(parts: Partial<Results>): Results {
  const results = {
    ...{ missing: {} },
    ...readResults(),
    ...parts,
    day: new Date().toISOString().slice(0, 10),
    cores: cpus().length,
    node: process.version,
  };
  const rounded = (_: string, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 10) / 10 : value;
  writeFileSync(file, `${JSON.stringify(results, rounded, 2)}\n`);
  return results;
}
