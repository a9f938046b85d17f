import pc from 'picocolors';
import type { WorkflowStatus } from '../../client/status.ts';
import { formatCount, formatDuration } from '../format.ts';
import { columnGap, plainTable } from '../plain-table.ts';
import { describeStatus, type StateWord, type StatusWords, stateOf } from './describe-status.ts';

/** How the table is drawn. */
export interface StatusTableOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** What countdowns are measured from. */
  readonly now: Date;
  /** Lines at most; workflows that are done are left out first. */
  readonly height?: number;
  readonly colors?: boolean;
  /** Lines under the totals, for example where the Temporal UI is. */
  readonly footer?: readonly string[];
}

const columns = [
  { key: 'id', head: 'workflow', shrinkTo: 8 },
  { key: 'state', head: 'state' },
  { key: 'attempt', head: 'try' },
  { key: 'nextIn', head: 'next in' },
  { key: 'repairs', head: 'repairs' },
  { key: 'tokens', head: 'tokens' },
  { key: 'progress', head: 'done, doing', shrinkTo: 8 },
] as const satisfies readonly {
  readonly key: keyof StatusWords;
  readonly head: string;
  readonly shrinkTo?: number;
}[];

/** Statuses as a table of a terminal's width: each with its last failure, then the totals. */
export function renderStatusTable(
  statuses: readonly WorkflowStatus[],
  {
    width,
    now,
    height = Number.POSITIVE_INFINITY,
    colors = false,
    footer = [],
  }: StatusTableOptions,
): string {
  const color = pc.createColors(colors);
  const described = statuses.map((status) => describeStatus(status, now));
  const tail = [...describeTotals(statuses, now), ...footer];
  const { rows, hidden } = fit(described, height - tail.length - 3);
  const table = plainTable({
    head: columns.map(({ head }) => color.dim(head)),
    colWidths: columnWidths(rows, width),
  });
  for (const row of rows) {
    table.push(columns.map(({ key }) => (key === 'state' ? paint(row.state, color) : row[key])));
  }
  const [head = '', ...drawn] = table.toString().split('\n');
  const lines = [
    head,
    ...drawn.flatMap((line, index) => [line, ...noteLines(rows[index], width, color)]),
    ...(hidden > 0 ? [color.dim(`and ${hidden} more`)] : []),
    '',
    ...tail.map((line) => color.dim(fitLine(line, width))),
  ];
  return lines.map((line) => line.trimEnd()).join('\n');
}

type Colors = ReturnType<typeof pc.createColors>;

function paint(state: StateWord, color: Colors): string {
  if (state === 'done') return color.green(state);
  if (['parked', 'held', 'retrying'].includes(state)) return color.yellow(state);
  return state === 'running' ? color.cyan(state) : color.red(state);
}

function noteLines(row: StatusWords | undefined, width: number, color: Colors): string[] {
  if (!row?.note) return [];
  const open = ['retrying', 'held', 'parked', 'running'].includes(row.state);
  const text = fitLine(`  ${row.note}`, width);
  return [open ? color.dim(text) : color.red(text)];
}

/** Text cut to a width, as terminals count it: some characters take two columns. */
export function fitLine(text: string, width: number): string {
  const table = plainTable({ colWidths: [width + columnGap] });
  table.push([text]);
  return table.toString().trimEnd();
}

/** The rows that fit a screen: workflows that are done are left out first, then others. */
function fit(all: readonly StatusWords[], lines: number) {
  let rows = all;
  const needed = () => rows.reduce((sum, { note }) => sum + (note ? 2 : 1), 0);
  for (const hide of ['done', undefined] as const) {
    while (needed() > lines && rows.length > 1) {
      const index = rows.findLastIndex(({ state }) => hide === undefined || state === hide);
      if (index < 0) break;
      rows = rows.filter((_, at) => at !== index);
    }
  }
  return { rows, hidden: all.length - rows.length };
}

/** As wide as the content asks; where that is too much, ids give way first, then the last column. */
function columnWidths(rows: readonly StatusWords[], width: number): number[] {
  const widths = columns.map(({ key, head }) =>
    Math.max(head.length, ...rows.map((row) => row[key].length)),
  );
  const total = () => widths.reduce((sum, columnWidth) => sum + columnWidth + columnGap, 0);
  for (const [index, column] of columns.entries()) {
    if (!('shrinkTo' in column)) continue;
    const surplus = Math.max(0, total() - width);
    const natural = widths[index] ?? 0;
    widths[index] = Math.max(Math.min(natural, column.shrinkTo), natural - surplus);
  }
  // The last column takes the rest, so that the lines below span the whole width.
  const last = widths.length - 1;
  widths[last] = (widths[last] ?? 0) + Math.max(0, width - total());
  return widths.map((columnWidth) => columnWidth + columnGap);
}

/** All statuses together, in two lines: how many in which state, and what they took. */
function describeTotals(statuses: readonly WorkflowStatus[], now: Date): readonly [string, string] {
  const counts = new Map<string, number>();
  for (const status of statuses) {
    const state = stateOf(status);
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  const sum = (of: (status: WorkflowStatus) => number) =>
    statuses.reduce((total, status) => total + of(status), 0);
  const tokensIn = sum(({ progress }) => progress?.usage.inputTokens ?? 0);
  const tokensOut = sum(({ progress }) => progress?.usage.outputTokens ?? 0);
  const repairs = sum(({ progress }) => progress?.repairs ?? 0);
  const effects = sum(({ progress }) => progress?.effects.length ?? 0);
  const states = [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
  return [
    `${states || 'nothing'} · ${formatDuration(spanMs(statuses, now))}`,
    `effects ${formatCount(effects)} · repairs ${formatCount(repairs)} · tokens ${formatCount(tokensIn)} in, ${formatCount(tokensOut)} out`,
  ];
}

/** From the first start to the last end, or to now while something runs. */
function spanMs(statuses: readonly WorkflowStatus[], now: Date): number {
  if (statuses.length === 0) return 0;
  const starts = statuses.map(({ startedAt }) => startedAt.getTime());
  const ends = statuses.map(({ closedAt }) => (closedAt ?? now).getTime());
  return Math.max(0, Math.max(...ends) - Math.min(...starts));
}
