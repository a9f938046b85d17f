import { median } from '../overhead/median.ts';
import type { Measured, Measures } from './measure.ts';

/** One store's figures as a Markdown table. */
export function tableOf(title: string, measures: Measures): string {
  const bareMs = median(measures.get('bare insert')?.timesMs ?? []);
  const rows = [...measures].map(([name, { timesMs, statements }]) => {
    const medianMs = median(timesMs);
    const ratio = (medianMs / bareMs).toFixed(2);
    const sent = [...statements].sort((one, other) => one - other).join(' or ');
    return `| ${name} | ${medianMs.toFixed(2)} | ${p95(timesMs).toFixed(2)} | ${ratio} | ${sent} |`;
  });
  return [
    `| ${title} | median ms | p95 ms | over the bare insert | statements |`,
    '|---|---:|---:|---:|---:|',
    ...rows,
  ].join('\n');
}

/** What is not as promised, in words: one statement each, and no more than so many milliseconds. */
export function broken(measures: Measures, mostMs = Number.POSITIVE_INFINITY): string[] {
  const bareMs = median(measures.get('bare insert')?.timesMs ?? []).toFixed(2);
  return (['claim', 'record'] as const).flatMap((name) => {
    const { timesMs, statements } = measures.get(name) as Measured;
    const isOne = statements.size === 1 && statements.has(1);
    const medianMs = median(timesMs);
    const slow = `${name} takes ${medianMs.toFixed(2)} ms, not ${mostMs}; a bare insert ${bareMs}`;
    return [
      ...(isOne ? [] : [`${name} sends ${[...statements].join(' or ')} statements, not one`]),
      ...(medianMs <= mostMs ? [] : [slow]),
    ];
  });
}

function p95(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN;
}
