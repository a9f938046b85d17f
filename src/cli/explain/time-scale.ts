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
