import { mostInASecond } from '../../dev/most-in-a-second.ts';
import type { Contender } from './contenders.ts';
import type { Progress, ProviderStats } from './parent.ts';
import { idealMs, type Storm } from './storm.ts';

/** What came of a contender, as it is kept in `results.json`. */
export interface Outcome {
  readonly id: string;
  readonly title: string;
  readonly calls: number;
  readonly done: number;
  /** Given up for good. */
  readonly lost: number;
  /** Neither done nor given up when it was stopped. */
  readonly unfinished: number;
  readonly requestsPerCall: number;
  /** Most requests in any second after the recovery, over capacity. */
  readonly peakOverCapacity: number;
  /** Until the last call's end, or until it was stopped, over the ideal. */
  readonly timeOverIdeal: number;
  readonly requests: number;
  /** Good answers that the provider sent: one for each call that is done, where none was paid for twice. */
  readonly answers: number;
  readonly refusedWhileDown: number;
  readonly rejected: number;
  readonly serverCpuSeconds: number;
  /** Requests and good answers in each second since the start. */
  readonly requestsBySecond: readonly number[];
  readonly answersBySecond: readonly number[];
}

/** Adds up what the provider saw and what the contender says of itself. */
export function outcomeOf(
  { id, title }: Contender,
  storm: Storm,
  stats: ProviderStats,
  { done, lost }: Progress,
  elapsedMs: number,
  serverCpuSeconds: number,
): Outcome {
  const { calls } = storm;
  const afterRecovery = stats.arrivalsMs.filter((timeMs) => timeMs >= storm.downMs);
  return {
    id,
    title,
    calls,
    done,
    lost,
    unfinished: calls - done - lost,
    requestsPerCall: rounded(stats.arrivalsMs.length / calls),
    peakOverCapacity: rounded(mostInASecond(afterRecovery) / storm.requestsPerSecond),
    timeOverIdeal: rounded(elapsedMs / idealMs(storm)),
    requests: stats.arrivalsMs.length,
    answers: stats.answersMs.length,
    refusedWhileDown: stats.refusedWhileDown,
    rejected: stats.rejected,
    serverCpuSeconds: Math.round(serverCpuSeconds),
    requestsBySecond: bySecond(stats.arrivalsMs),
    answersBySecond: bySecond(stats.answersMs),
  };
}

function bySecond(timesMs: readonly number[]): number[] {
  const seconds = Array.from({ length: Math.ceil((timesMs.at(-1) ?? 0) / 1000) }, () => 0);
  for (const timeMs of timesMs) {
    const second = Math.floor(timeMs / 1000);
    seconds[second] = (seconds[second] ?? 0) + 1;
  }
  return seconds;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
