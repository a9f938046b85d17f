import { median } from '../overhead/median.ts';
import type { Peers, Row } from './results.ts';

/** The table of sizes, in Markdown. */
export function sizesTable(rows: readonly Row[]): string {
  return [
    '| lines | seconds | lines/s | over a bare loop | ms a line | worker MB | client MB | runs | history KB |',
    '|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...rows.map(lineOf),
  ].join('\n');
}

function lineOf(row: Row): string {
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

/** The table of those that are compared, in Markdown: Holdfast on SQLite is the one that others are to. */
export function peersTable({ peers, missing }: Peers): string {
  const own = median(peers.at(0)?.perSecond ?? []);
  const rows = peers.map(({ title, lines, perSecond, goal }) => {
    const times = (own / median(perSecond)).toFixed(2);
    const rates = perSecond.map((rate) => rate.toFixed(0)).join(', ');
    const cells = [title, lines.toLocaleString('en-US'), median(perSecond).toFixed(0), rates];
    return `| ${[...cells, times, goal ?? ''].join(' | ')} |`;
  });
  return [
    '| | lines | lines/s | rounds | Holdfast is so many times as fast | to reach |',
    '|---|---:|---:|---|---:|---:|',
    ...rows,
    ...Object.entries(missing).map(([title, why]) => `\nWithout ${title}: ${why}`),
  ].join('\n');
}
