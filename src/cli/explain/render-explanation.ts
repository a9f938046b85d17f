import pc from 'picocolors';
import type { ExplainedPark, Explanation } from '../../client/explain.ts';
import type { RecordedAttempt } from '../../wire/recorded-attempt.ts';
import { formatDuration } from '../format.ts';
import { printableLine } from '../printable.ts';
import { describeAttempt, type Tone } from './describe-attempt.ts';
import { type AttemptGroup, groupAttempts } from './group-attempts.ts';
import { renderHead } from './render-head.ts';
import {
  barLegend,
  createTimeScale,
  drawAxis,
  drawBar,
  drawSpan,
  spanOf,
  type TimeScale,
} from './time-scale.ts';
import { wrap } from './wrap.ts';

/** How it is shown. */
export interface ExplanationView {
  /** Columns of the terminal, at least 60. */
  readonly width: number;
  readonly now: Date;
  readonly colors: boolean;
}

/** What the lines of one explanation share. */
interface Page {
  readonly scale: TimeScale;
  readonly barWidth: number;
  readonly textWidth: number;
  readonly color: ReturnType<typeof pc.createColors>;
  readonly now: Date;
}

/** Before the bar: two spaces, the attempt, when it began. */
const leftWidth = 2 + 3 + 1 + 9 + 1;

/** The timeline of a workflow as text: every attempt of every call and effect, and every park. */
export function renderExplanation(explanation: Explanation, view: ExplanationView): string {
  const width = Math.max(60, view.width);
  const barWidth = Math.min(48, Math.floor((width - leftWidth) * 0.36));
  const { attempts, parks } = explanation;
  const parked = parks.flatMap((park) => spanOfPark(park, view.now) ?? []);
  const page: Page = {
    scale: createTimeScale([...attempts.map(spanOf), ...parked.flatMap(endsOf)], barWidth),
    barWidth,
    textWidth: width - leftWidth - barWidth - 2,
    color: pc.createColors(view.colors),
    now: view.now,
  };
  const groups = groupAttempts(explanation);
  const runs = [...new Set(groups.map(({ runId }) => runId).filter((runId) => runId !== ''))];
  const sections = [
    ...groups.map((group) => ({
      atMs: group.attempts[0]?.startedAtMs ?? Number.POSITIVE_INFINITY,
      text: renderGroup(group, runs, page),
    })),
    ...parks.map((park) => ({
      atMs: park.since === undefined ? Number.POSITIVE_INFINITY : Date.parse(park.since),
      text: renderPark(park, page),
    })),
  ].sort((one, other) => (one.atMs === other.atMs ? 0 : one.atMs - other.atMs));
  const axis = [
    `${' '.repeat(leftWidth)}${drawAxis(page.scale, barWidth)}`,
    ...wrap([barLegend], width - 2).map((line) => `  ${line}`),
  ];
  return [
    renderHead(explanation, view, page.color),
    ...(attempts.length > 0 ? [axis.map(page.color.dim).join('\n')] : []),
    ...sections.map(({ text }) => text),
    ...(sections.length === 0 ? ['  no attempt has ended yet'] : []),
  ].join('\n\n');
}

function renderGroup(group: AttemptGroup, runs: readonly string[], page: Page): string {
  const { color } = page;
  const { kind, requestId, step, by, runId, rows } = group;
  const run = runs.length > 1 && runId !== '' ? `run ${runs.indexOf(runId) + 1}` : '';
  const title = [color.bold(printableLine(step)), printableLine(by), run]
    .filter(Boolean)
    .join('  ');
  const lines = [
    title,
    color.dim(`  ${kind === 'call' ? 'request' : 'key'} ${printableLine(requestId)}`),
  ];
  for (const { key, state, inDoubt, failure } of rows) {
    const generation = /#\d+$/.exec(key)?.[0] ?? '';
    const doubt = inDoubt && state === 'started' ? ', an earlier attempt may have done it' : '';
    const words = `ledger ${generation}${generation && ' '}${state}${doubt}${failure ? `: ${failure}` : ''}`;
    for (const line of wrap([printableLine(words)], leftWidth + page.barWidth + page.textWidth)) {
      lines.push(color.dim(`  ${line}`));
    }
  }
  for (const attempt of group.attempts) {
    for (const missing of group.missing.filter((each) => isBefore(each, attempt, group))) {
      lines.push(
        color.magenta(
          `  ${String(missing).padStart(3)} no record yet: under way, or with a dead worker`,
        ),
      );
    }
    lines.push(...renderAttempt(attempt, group, page));
  }
  return lines.join('\n');
}

/** Whether a missing number belongs right before an attempt. */
function isBefore(missing: number, attempt: RecordedAttempt, { attempts }: AttemptGroup): boolean {
  return attempts.find((each) => each.attempt > missing) === attempt;
}

function renderAttempt(attempt: RecordedAttempt, group: AttemptGroup, page: Page): string[] {
  const { scale, barWidth, textWidth, color } = page;
  const { headline, clauses, tone } = describeAttempt(attempt);
  const fallback = attempt.model !== undefined && attempt.model !== group.by;
  const from = fallback ? [`model ${printableLine(attempt.model ?? '')}`] : [];
  const left = rowStart(String(attempt.attempt), attempt.startedAtMs, scale);
  const bar = paint(drawBar(attempt, scale, barWidth), tone, color);
  const [first = '', ...more] = wrap([headline], textWidth);
  const rest = wrap([...from, ...clauses], textWidth).map((line) => color.dim(line));
  const indent = ' '.repeat(leftWidth + barWidth + 2);
  return [
    `${left}${bar}  ${paint(first, tone, color)}`.trimEnd(),
    ...more.map((line) => `${indent}${paint(line, tone, color)}`),
    ...rest.map((line) => `${indent}${line}`),
  ];
}

function renderPark(park: ExplainedPark, page: Page): string {
  const { scale, barWidth, textWidth, color, now } = page;
  const { step, type, did, by, command } = park;
  const span = spanOfPark(park, now);
  const title = `${color.bold(printableLine(step))}  ${color.yellow(`parked: ${type}`)}`;
  const tookMs = span ? span.untilMs - span.fromMs : undefined;
  const took = tookMs === undefined ? [] : [`for ${formatDuration(tookMs)}`];
  const words = did === undefined ? ['waits for a person', ...took] : [did, ...took];
  const [first = '', ...more] = wrap(
    [...words, ...(by ? [`by ${by}`] : [])].map(printableLine),
    textWidth,
  );
  const left = span ? rowStart('', span.fromMs, scale) : ' '.repeat(leftWidth);
  const bar = span ? drawSpan(span, '═', scale, barWidth) : ' '.repeat(barWidth);
  const indent = ' '.repeat(leftWidth + barWidth + 2);
  return [
    title,
    `${left}${color.yellow(bar)}  ${first}`,
    ...more.map((line) => `${indent}${line}`),
    ...(command === undefined ? [] : [`  ${printableLine(command)}`]),
  ].join('\n');
}

function rowStart(attempt: string, atMs: number, scale: TimeScale): string {
  return `  ${attempt.padStart(3)} ${formatOffset(atMs - scale.fromMs).padEnd(9)} `;
}

/** `+4.7s`, `+1:05`, `+1:00:17`: since the first attempt. */
function formatOffset(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 60) return `+${seconds.toFixed(1)}s`;
  const two = (count: number) => String(Math.floor(count)).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = (seconds % 3600) / 60;
  return hours > 0
    ? `+${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `+${Math.floor(minutes)}:${two(seconds % 60)}`;
}

function spanOfPark({ since, at }: ExplainedPark, now: Date) {
  if (since === undefined) return undefined;
  const untilMs = at === undefined ? now.getTime() : Date.parse(at);
  return { fromMs: Date.parse(since), untilMs: Math.max(untilMs, Date.parse(since)) };
}

/** A park is idle time: its ends are on the axis, what lies between may be cut. */
function endsOf({ fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number }) {
  return [fromMs, untilMs].map((atMs) => ({ fromMs: atMs, untilMs: atMs }));
}

function paint(text: string, tone: Tone, color: Page['color']): string {
  const paints = { good: color.green, again: color.yellow, bad: color.red, unsure: color.magenta };
  return paints[tone](text);
}
