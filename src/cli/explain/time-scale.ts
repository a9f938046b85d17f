import type { RecordedAttempt } from '../../wire/recorded-attempt.ts';
import { formatDuration } from '../format.ts';
/** A stretch of time, in milliseconds since 1970. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Maps moments to the columns of a bar. */
export interface TimeScale {
  readonly fromMs: number;
  readonly untilMs: number;
  /** 0 to columns - 1. */
  readonly columnOf: (atMs: number) => number;
  /** Columns at which idle time was cut out. */
  readonly cuts: readonly number[];
}

/** An idle stretch longer than this share of the busy time is cut to it. */
const longestIdleShare = 0.25;

/** A linear scale over all spans; long idle stretches are cut, to leave room for the rest. */
export function createTimeScale(spans: readonly Span[], columns: number): TimeScale {
  const busy = merge(spans);
  const fromMs = busy[0]?.fromMs ?? 0;
  const untilMs = busy.at(-1)?.untilMs ?? 0;
  const busyMs = busy.reduce((sum, span) => sum + span.untilMs - span.fromMs, 0);
  const longestMs = Math.max(1, busyMs * longestIdleShare);
  const gaps = busy.slice(1).map((span, index) => {
    const previous = busy[index]?.untilMs ?? fromMs;
    const idleMs = span.fromMs - previous;
    return { fromMs: previous, untilMs: span.fromMs, cutMs: Math.max(0, idleMs - longestMs) };
  });
  const shownMs = Math.max(1, untilMs - fromMs - gaps.reduce((sum, { cutMs }) => sum + cutMs, 0));
  const columnOf = (atMs: number) => {
    const moment = Math.min(untilMs, Math.max(fromMs, atMs));
    const cutMs = gaps.reduce((sum, gap) => {
      const share = (moment - gap.fromMs) / (gap.untilMs - gap.fromMs);
      return sum + gap.cutMs * Math.min(1, Math.max(0, share));
    }, 0);
    const column = Math.floor(((moment - fromMs - cutMs) / shownMs) * columns);
    return Math.min(columns - 1, column);
  };
  const isCut = gaps.filter(({ cutMs }) => cutMs > 0);
  const cuts = isCut.map((gap) => columnOf((gap.fromMs + gap.untilMs) / 2));
  return { fromMs, untilMs, columnOf, cuts };
}

/** Overlapping spans as one, in order. */
function merge(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of [...spans].sort((one, other) => one.fromMs - other.fromMs)) {
    const last = merged.at(-1);
    if (last && span.fromMs <= last.untilMs) {
      merged[merged.length - 1] = { ...last, untilMs: Math.max(last.untilMs, span.untilMs) };
    } else {
      merged.push(span);
    }
  }
  return merged;
}

/** What the characters of a bar mean, for the legend. */
export const barLegend =
  '░ held by the gate  █ attempt  ▒ end unknown  · wait before the next  ═ parked';

/** When an attempt and what follows from it went on. */
export function spanOf({
  startedAtMs,
  sentAtMs,
  finishedAtMs,
  heldMs = 0,
  delayMs = 0,
}: RecordedAttempt): Span {
  const endMs = finishedAtMs ?? sentAtMs ?? startedAtMs;
  return { fromMs: startedAtMs - heldMs, untilMs: endMs + delayMs };
}

/** An attempt on the time axis: held, running, waiting for the next. */
export function drawBar(attempt: RecordedAttempt, scale: TimeScale, columns: number): string {
  const { startedAtMs, finishedAtMs, outcome } = attempt;
  const span = spanOf(attempt);
  const cells = Array.from({ length: columns }, () => ' ');
  const endMs = finishedAtMs ?? span.untilMs;
  fill(cells, '·', scale.columnOf(endMs), scale.columnOf(span.untilMs) - 1);
  fill(cells, '░', scale.columnOf(span.fromMs), scale.columnOf(startedAtMs) - 1);
  if (outcome !== 'deferred') {
    const mark = finishedAtMs === undefined ? '▒' : '█';
    fill(cells, mark, scale.columnOf(startedAtMs), scale.columnOf(endMs));
  }
  return cells.join('');
}

/** A stretch on the axis, of one character. */
export function drawSpan(span: Span, mark: string, scale: TimeScale, columns: number): string {
  const cells = Array.from({ length: columns }, () => ' ');
  fill(cells, mark, scale.columnOf(span.fromMs), scale.columnOf(span.untilMs));
  return cells.join('');
}

/** The axis: where it begins and ends, and where idle time was cut out. */
export function drawAxis(scale: TimeScale, columns: number): string {
  const cells: string[] = Array.from({ length: columns }, (_, at) => (at % 8 === 0 ? '┬' : '─'));
  cells[0] = '├';
  cells[columns - 1] = '┤';
  for (const column of scale.cuts) cells[column] = '≈';
  const length = formatDuration(scale.untilMs - scale.fromMs);
  const cut = scale.cuts.length > 0 ? '  ≈ idle time left out' : '';
  return `${cells.join('')} ${length}${cut}`;
}

function fill(cells: string[], mark: string, from: number, until: number): void {
  for (let column = from; column <= until; column += 1) cells[column] = mark;
}
