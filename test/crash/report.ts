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
  webhook: 'nothing',
};

/** Whether a cell came out as it must. */
export function isRight(result: CellResult): boolean {
  return expectedOutcomes(result).includes(result.outcome);
}

interface Row {
  readonly strike: Strike;
  readonly point: Point;
  readonly texts: readonly string[];
}

const columns = effectNames.flatMap((effect) => stores.map((store) => ({ effect, store })));

function rowsOf(results: readonly CellResult[]): Row[] {
  const textOf = (strike: Strike, point: Point, effect: EffectName, store: Store) => {
    const found = results.find(
      (one) =>
        one.strike === strike &&
        one.point === point &&
        one.effect === effect &&
        one.store === store,
    );
    if (!found) return '';
    return isRight(found)
      ? found.outcome
      : `WRONG: ${found.outcome}, not ${expectedOutcomes(found).join(' or ')}`;
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

/** The matrix for the terminal. */
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

/** The matrix in Markdown, a table for each thing that dies. */
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
