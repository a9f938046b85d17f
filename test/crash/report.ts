import Table from 'cli-table3';
import {
  type EffectName,
  effectNames,
  type Point,
  points,
  type Store,
  type Strike,
  stores,
  strikes,
} from './cells.ts';
import { expectedOutcomes } from './expected.ts';
import type { CellResult } from './run-group.ts';

/** What each effect stands for, as the matrix's columns name it. */
const wayOf: Record<EffectName, string> = {
  save: 'same transaction',
  charge: 'native key',
  email: 'native key',
  ticket: 'find before create',
  webhook: 'at most once',
};

/** Whether a cell came out as it must. */
export function isRight(result: CellResult): boolean {
  return expectedOutcomes(result).includes(result.outcome);
}

/** How many runs there were, and in how many of them every cell came out right. */
export function countRuns(runs: readonly (readonly CellResult[])[]): {
  readonly made: number;
  readonly right: number;
} {
  return { made: runs.length, right: runs.filter((results) => results.every(isRight)).length };
}

interface Row {
  readonly strike: Strike;
  readonly point: Point;
  readonly texts: readonly string[];
}

const columns = effectNames.flatMap((effect) => stores.map((store) => ({ effect, store })));

function rowsOf(results: readonly CellResult[]): Row[] {
  const textOf = (strike: Strike, point: Point, effect: EffectName, store: Store) => {
    const found = results.filter(
      (one) =>
        one.strike === strike &&
        one.point === point &&
        one.effect === effect &&
        one.store === store,
    );
    // Several runs may differ, where more than one outcome is right.
    return [...new Set(found.map(textOfResult))].sort().join(' or ');
  };
  return strikes
    .flatMap((strike) =>
      points.map((point) => ({
        strike,
        point,
        texts: columns.map(({ effect, store }) => textOf(strike, point, effect, store)),
      })),
    )
    .filter(({ texts }) => texts.some((text) => text !== ''));
}

function textOfResult(result: CellResult): string {
  return isRight(result)
    ? result.outcome
    : `WRONG: ${result.outcome}, not ${expectedOutcomes(result).join(' or ')}`;
}

/** The matrix for the terminal, of one run or of several. */
export function matrixText(results: readonly CellResult[]): string {
  const table = new Table({
    head: [
      '',
      '',
      ...columns.map(
        ({ effect, store }) => `${effect}\n${store.replace('PostgreSQL', 'Postgres')}`,
      ),
    ],
    style: { head: [], border: [], compact: true },
  });
  for (const { strike, point, texts } of rowsOf(results)) table.push([strike, point, ...texts]);
  return table.toString();
}

/** The matrix in Markdown, a table for each thing that dies; of one run or of several. */
export function matrixMarkdown(results: readonly CellResult[]): string {
  const rows = rowsOf(results);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return strikes
    .filter((strike) => rows.some((row) => row.strike === strike))
    .map((strike) =>
      [
        `### ${strike}`,
        '',
        line(['', ...columns.map(({ effect, store }) => `${effect} (${wayOf[effect]}), ${store}`)]),
        line(['---', ...columns.map(() => '---')]),
        ...rows
          .filter((row) => row.strike === strike)
          .map(({ point, texts }) => line([point, ...texts.map((text) => text || '–')])),
      ].join('\n'),
    )
    .join('\n\n');
}
