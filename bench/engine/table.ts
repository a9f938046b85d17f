import type { Compared, Row } from './compare.ts';
import type { Flight } from './flight.ts';
import { flightMisses, missedBy } from './goals.ts';

/** The rows as a Markdown table. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const { answerMs, atOnce, costs } = row;
    const { workerCpuMs, serverCpuMs, callsPerSecond, p50Ms } = costs;
    const cells = [
      answerMs < 1000 ? `${answerMs} ms` : `${answerMs / 1000} s`,
      atOnce,
      ...[workerCpuMs, serverCpuMs, callsPerSecond, p50Ms].map(cellOf),
      atOnce === 1 ? '' : missedBy(row).join('; ') || 'all met',
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    "| answers after | at once | worker's CPU a call | server's CPU a call | calls a second | p50 of a call | goals |",
    '|---|---:|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

/** `**1.21** (1.15 to 1.30), 8.0 → 9.7`: the ratio and its spread, and both medians. */
function cellOf({ bare, complete, ratio }: Compared): string {
  const [middle, least, most] = [ratio.median, ratio.least, ratio.most].map((of) => of.toFixed(2));
  return `**${middle}** (${least} to ${most}), ${figure(bare.median)} → ${figure(complete.median)}`;
}

function figure(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}

/** Calls in flight, in a sentence. */
export function sentenceOf(flight: Flight): string {
  const { calls, answerMs, restingMegabytes, mostMegabytes } = flight;
  return (
    `With ${calls} calls of ${answerMs / 1000} s in flight in one worker: ${restingMegabytes} MB of memory before, ` +
    `${mostMegabytes} MB at most; ${flight.heartbeatsPerCall.toFixed(2)} heartbeats a call reached the server; ` +
    `p50 of a call ${(flight.p50Ms / 1000).toFixed(1)} s, ${flight.workerCpuMs.toFixed(1)} ms of the worker's CPU. ` +
    `Goal: ${flightMisses(flight).join('; ') || 'met'}.`
  );
}
