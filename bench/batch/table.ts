import type { Row } from './results.ts';

/** The table of rows, in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  return [
    '| lines | seconds | lines/s | over a bare loop | ms a line | worker MB | client MB | runs | history KB |',
    '|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...rows.map(lineOf),
  ].join('\n');
}

/** One row of it. */
export function lineOf(row: Row): string {
  const { lines, seconds, perSecond, barePerSecond, workerMb, clientMb, runs, historyKb } = row;
  const cells = [
    lines.toLocaleString('en-US'),
    seconds.toFixed(1),
    perSecond.toFixed(0),
    barePerSecond > 0 ? (perSecond / barePerSecond).toFixed(2) : '',
    (1000 / perSecond).toFixed(2),
    workerMb.toFixed(0),
    clientMb.toFixed(0),
    runs,
    historyKb.toFixed(0),
  ];
  return `| ${cells.join(' | ')} |`;
}
