import { createLogUpdate } from 'log-update';
import wrapAnsi from 'wrap-ansi';
import { countsOf } from '../../batch/store/batch-store.ts';
import type { StoredBatch } from '../../batch/store/batch-tables.ts';
import type { BatchCounts } from '../../wire/batch.ts';
import { formatCount, formatDuration } from '../format.ts';
import { printView } from '../output.ts';
import { printableJson } from '../printable.ts';

/** Shows how far a batch has come. */
export type ProgressView = ReturnType<typeof progressView>;

interface Seen {
  readonly atMs: number;
  readonly counts: BatchCounts;
}

/** Rates are those of the last moments. */
const rateOverMs = 15_000;
const plainEveryMs = 10_000;
const barColumns = 24;

/** A bar at a terminal, a line now and then elsewhere, or JSON lines. */
export function progressView(json: boolean, now: () => number = Date.now) {
  const isTerminal = !json && process.stderr.isTTY === true;
  const log = isTerminal ? createLogUpdate(process.stderr) : undefined;
  const seen: Seen[] = [];
  let lastPlainMs = 0;
  /** Says what is not part of the account. */
  const say = (text: string) => {
    if (json) return;
    log?.clear();
    process.stderr.write(`${text}\n`);
  };
  return {
    say,
    show(batch: StoredBatch, failures: readonly [type: string, count: number][]) {
      const nowMs = now();
      const counts = countsOf(batch);
      seen.push({ atMs: nowMs, counts });
      while ((seen[1]?.atMs ?? nowMs) < nowMs - rateOverMs) seen.shift();
      if (log) return log(progressText(seen, failures, process.stderr.columns ?? 80));
      if (nowMs - lastPlainMs < plainEveryMs) return;
      lastPlainMs = nowMs;
      if (json)
        printView(printableJson({ event: 'batch.progress', ...accountOf(batch, failures) }));
      else say(describeProgress(seen, failures).join('; '));
    },
    end: () => log?.done(),
  };
}

/** All figures of a batch, for JSON. */
export function accountOf(
  batch: StoredBatch,
  failures: readonly (readonly [type: string, count: number])[],
) {
  const { id, state, parked } = batch;
  return {
    ...{ id, state, ...(parked !== null && { parked }) },
    ...{ ...countsOf(batch), failures: Object.fromEntries(failures) },
  };
}

/** As a terminal shows it; what does not fit goes on in the next line, words stay whole. */
export function progressText(
  seen: readonly Seen[],
  failures: readonly (readonly [type: string, count: number])[],
  width: number,
): string {
  return describeProgress(seen, failures)
    .map((line) => wrapAnsi(line, width - 1))
    .join('\n');
}

/** A bar with counts, rates and the time left; then what it took; then what failed. */
export function describeProgress(
  seen: readonly Seen[],
  failures: readonly (readonly [type: string, count: number])[],
): string[] {
  const [first] = seen;
  const last = seen.at(-1);
  if (!first || !last) return [];
  const { counts } = last;
  const done = counts.answered + counts.failed;
  const seconds = Math.max(0.001, (last.atMs - first.atMs) / 1000);
  const rate = (of: (each: BatchCounts) => number) => (of(counts) - of(first.counts)) / seconds;
  const perSecond = rate(({ answered, failed }) => answered + failed);
  const tokens = rate(({ inputTokens, outputTokens }) => inputTokens + outputTokens) * 60;
  const left = counts.total - done;
  const eta =
    left > 0 && perSecond > 0 ? `, ${formatDuration((left / perSecond) * 1000)} left` : '';
  const share = counts.total === 0 ? 1 : done / counts.total;
  const full = Math.floor(share * barColumns);
  const bar = `${'█'.repeat(full)}${'░'.repeat(barColumns - full)}`;
  return [
    `${bar} ${Math.floor(share * 100)}% ${formatCount(done)} of ${formatCount(counts.total)}, ${perSecond.toFixed(perSecond < 10 ? 1 : 0)}/s${eta}`,
    describeAccount(counts, tokens),
    ...(failures.length > 0
      ? [`failed: ${failures.map(([type, count]) => `${formatCount(count)} ${type}`).join(', ')}`]
      : []),
  ];
}

function describeAccount(counts: BatchCounts, tokensPerMinute: number): string {
  const retries = Math.max(0, counts.attempts - counts.answered - counts.failed - counts.repairs);
  const parts = [
    `${formatCount(Math.round(tokensPerMinute))} tokens/min`,
    `${formatCount(counts.inputTokens)} in, ${formatCount(counts.outputTokens)} out`,
    `${formatCount(retries)} retried or under way`,
    ...(counts.repairs > 0 ? [`${formatCount(counts.repairs)} repairs`] : []),
    ...(counts.possiblyBilled > 0 ? [`${formatCount(counts.possiblyBilled)} possibly billed`] : []),
    ...(counts.costNano > 0 ? [`cost ${costInWords(counts.costNano)}`] : []),
  ];
  return parts.join(' · ');
}

/** An amount of 10^-9 units, to the cent or finer where it is less. */
export function costInWords(costNano: number): string {
  const amount = costNano / 1e9;
  return amount < 1 ? amount.toFixed(4) : amount.toFixed(2);
}
