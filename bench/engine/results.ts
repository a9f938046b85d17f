import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import type { Row } from './compare.ts';
import type { Flight } from './flight.ts';
import { sentenceOf, tableOf } from './table.ts';

/** Where and when something was measured. */
interface Where {
  readonly day: string;
  readonly cores: number;
  readonly node: string;
  /** Of the machine, before this benchmark did anything. */
  readonly loadBefore: number;
}

/** What `results.json` holds: the last run of each row. */
interface Results {
  readonly rows: readonly (Row & Where)[];
  readonly flight?: Flight & Where;
}

const file = path.join(import.meta.dirname, 'results.json');
const page = path.join(import.meta.dirname, 'README.md');
const between = /(?<=<!-- results -->\n)[\s\S]*(?=<!-- end of results -->)/;

const where: Where = {
  day: new Date().toISOString().slice(0, 10),
  cores: cpus().length,
  node: process.version,
  loadBefore: Number(loadavg()[0]?.toFixed(1)),
};

/** Puts a row in the place of the last one of the same load, and into the page. */
export function keepRow(row: Row): void {
  const { rows, ...rest } = readResults();
  const others = rows.filter(
    ({ answerMs, atOnce }) => answerMs !== row.answerMs || atOnce !== row.atOnce,
  );
  const kept = [...others, { ...row, ...where }].sort(
    (one, other) => one.answerMs - other.answerMs || one.atOnce - other.atOnce,
  );
  keep({ ...rest, rows: kept });
}

/** The same, for the calls in flight. */
export function keepFlight(flight: Flight): void {
  keep({ ...readResults(), flight: { ...flight, ...where } });
}

function readResults(): Results {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { rows: [] };
}

function keep(results: Results): void {
  const { rows, flight } = results;
  const rounded = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toFixed(3)) : value;
  writeFileSync(file, `${JSON.stringify(results, rounded, 2)}\n`);
  const measured = [...rows, ...(flight ? [flight] : [])];
  const places = new Set(
    measured.map(
      ({ day, cores, node, loadBefore }) =>
        `${day}, ${cores} cores, Node ${node.slice(1)}, load ${loadBefore} before`,
    ),
  );
  const parts = [
    ...(rows.length > 0 ? [tableOf(rows)] : []),
    ...(flight ? [sentenceOf(flight)] : []),
    `Measured: ${[...places].join('; ')}.`,
  ];
  const text = `${parts.join('\n\n')}\n`;
  writeFileSync(
    page,
    readFileSync(page, 'utf8').replace(between, () => text),
  );
}
