import { existsSync, readFileSync, writeFileSync } from 'node:fs';
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

/** A row with where and when it came about. */
export interface KeptRow extends Row {
  readonly day: string;
  readonly cores: number;
  readonly node: string;
}

const file = path.join(import.meta.dirname, 'results.json');

/** The last row of each size, by size. */
export function readRows(): readonly KeptRow[] {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
}

/** Puts a row in the place of the last one of its size. */
export function keepRow(row: Row): void {
  const day = new Date().toISOString().slice(0, 10);
  const kept = { ...row, day, cores: cpus().length, node: process.version };
  const others = readRows().filter(({ lines }) => lines !== row.lines);
  const rows = [...others, kept].sort((one, other) => one.lines - other.lines);
  writeFileSync(file, `${JSON.stringify(rows, null, 2)}\n`);
}
