import type { WorkflowStatus } from '../../client/status.ts';
import { formatCount, formatDuration } from '../format.ts';
import { stateOf } from './describe-status.ts';

/** All statuses together, in two lines: how many in which state, and what they took. */
export function describeTotals(
  statuses: readonly WorkflowStatus[],
  now: Date,
): readonly [string, string] {
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
