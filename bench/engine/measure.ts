import { readFileSync } from 'node:fs';
import { median } from '../overhead/median.ts';
import { cpuSecondsOf } from '../storm/cpu-time.ts';
import type { Way } from './bench-world.ts';

/** What one way took in one round. */
export interface Measured {
  readonly workerCpuMs: number;
  readonly serverCpuMs: number;
  readonly callsPerSecond: number;
  readonly p50Ms: number;
}

/** How calls are made. */
export interface Load {
  readonly answerMs: number;
  readonly atOnce: number;
  readonly calls: number;
}

let nextCall = 0;

/** Makes calls, so many at a time, and looks at what they cost; CPU is for each call. */
export async function measure(
  way: Way,
  serverPid: number,
  { calls, atOnce, answerMs }: Load,
): Promise<Measured> {
  const cpu = () => [cpuSecondsOf(way.pid), cpuSecondsOf(serverPid)] as const;
  const timesMs: number[] = [];
  let left = calls;
  const before = cpu();
  const startedMs = performance.now();
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      nextCall += 1;
      const calledMs = performance.now();
      await way.call(nextCall, answerMs);
      timesMs.push(performance.now() - calledMs);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const tookMs = performance.now() - startedMs;
  const [worker, server] = cpu().map(
    (after, index) => ((after - (before[index] ?? 0)) * 1000) / calls,
  );
  return {
    workerCpuMs: worker ?? Number.NaN,
    serverCpuMs: server ?? Number.NaN,
    callsPerSecond: (calls * 1000) / tookMs,
    p50Ms: median(timesMs),
  };
}

/** Memory that a process holds, in megabytes; 0 where there is no `/proc`. */
export function residentMegabytesOf(pid: number): number {
  try {
    const [, kilobytes = '0'] =
      /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kilobytes) / 1024);
  } catch {
    return 0;
  }
}
