import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';

/** One batch from its file to its results. */
export interface Row {
  readonly lines: number;
  /** From the start of the command to its end. */
  readonly seconds: number;
  /** Lines, while lines were sent. */
  readonly perSecond: number;
  /** Of a bare loop of `generateText`, in the same run of the benchmark; 0 where it was left out. */
  readonly barePerSecond: number;
  /** The most that was resident. */
  readonly workerMb: number;
  readonly clientMb: number;
  /** Of the workflow: it continues as new. */
  readonly runs: number;
  /** Of the longest run. */
  readonly historyKb: number;
}

/** Where and when something was measured. */
export interface Measured {
  readonly day: string;
  readonly cores: number;
  readonly node: string;
}

/** A row with where and when it came about. */
export type KeptRow = Row & Measured;

/** What one of those that are compared has reached. */
export interface Peer {
  readonly title: string;
  readonly lines: number;
  /** Of each round. */
  readonly perSecond: readonly number[];
  /** How much of its rate Holdfast is to reach at least. */
  readonly goal?: number;
}

/** All that were compared in one run, Holdfast first, and why some were not. */
export interface Peers {
  readonly peers: readonly Peer[];
  readonly missing: Readonly<Record<string, string>>;
}

interface Results {
  /** The last row of each size, by size. */
  readonly sizes: readonly KeptRow[];
  /** The last comparison. */
  readonly compared?: Peers & Measured;
}

const file = path.join(import.meta.dirname, 'results.json');

/** What was kept of the last runs. */
export function readBatchResults(): Results {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Puts a row in the place of the last one of its size. */
export function keepRow(row: Row): void {
  const { sizes } = readBatchResults();
  const others = sizes.filter(({ lines }) => lines !== row.lines);
  const all = [...others, { ...row, ...measured() }].sort((one, other) => one.lines - other.lines);
  keep({ sizes: all });
}

/** Puts a comparison in the place of the last one. */
export function keepPeers(compared: Peers): void {
  keep({ compared: { ...compared, ...measured() } });
}

function keep(change: Partial<Results>): void {
  writeFileSync(file, `${JSON.stringify({ ...readBatchResults(), ...change }, null, 2)}\n`);
}

function measured(): Measured {
  const day = new Date().toISOString().slice(0, 10);
  return { day, cores: cpus().length, node: process.version };
}
