import type { RecordedAttempt } from '../../wire/recorded-attempt.ts';
import { formatDuration } from '../format.ts';
import type { Span, TimeScale } from './time-scale.ts';

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
