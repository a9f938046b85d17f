import type { TopLevelSpec } from 'vega-lite';
import type { KeptRow } from '../batch/results.ts';
import { look } from './look.ts';

const panels = [
  { title: 'ms a line', value: ({ perSecond }: KeptRow) => 1000 / perSecond },
  { title: 'worker, MB', value: ({ workerMb }: KeptRow) => workerMb },
  { title: 'client, MB', value: ({ clientMb }: KeptRow) => clientMb },
] as const;

/** Time a line and memory, by the size of the batch: both are to be flat. */
export function batchChart(rows: readonly KeptRow[]): TopLevelSpec {
  return {
    ...look,
    spacing: 28,
    hconcat: panels.map(({ title, value }) => ({
      title,
      width: 200,
      height: 140,
      data: { values: rows.map((row) => ({ lines: row.lines, value: value(row) })) },
      mark: { type: 'line', point: { size: 50, color: '#2da44e' }, color: '#2da44e' },
      encoding: {
        x: {
          field: 'lines',
          type: 'quantitative',
          scale: { type: 'log' },
          axis: { title: 'lines', format: '~s', values: rows.map(({ lines }) => lines) },
        },
        y: { field: 'value', type: 'quantitative', axis: { title: null, tickCount: 4 } },
      },
    })),
  };
}
