import type { Outcome } from './outcome.ts';

/** The outcomes as a Markdown table. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((outcome) =>
    [
      outcome.title,
      outcome.requestsPerCall.toFixed(2),
      outcome.peakOverCapacity.toFixed(2),
      timeOf(outcome),
      outcome.done,
      outcome.lost,
      outcome.unfinished,
    ].join(' | '),
  );
  return [
    '| | requests a call | peak over capacity | time over ideal | done | lost | unfinished |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

function timeOf({ timeOverIdeal, unfinished, done }: Outcome): string {
  if (unfinished > 0) return `stopped at ${timeOverIdeal.toFixed(0)}`;
  return done === 0 ? 'never' : timeOverIdeal.toFixed(2);
}
