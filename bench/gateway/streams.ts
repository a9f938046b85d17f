import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, percentile, type Target } from './load.ts';

/** What many long streams at once take. */
export interface Streams {
  readonly contender: string;
  readonly streams: number;
  readonly seconds: number;
  readonly startedPerSecond: number;
  readonly whole: number;
  readonly firstMedianMs: number;
  readonly firstP99Ms: number;
  /** The most that the process held. */
  readonly peakMegabytes: number;
  /** Workflows that were started for them; where there is Temporal. */
  readonly workflows?: number;
}

/** Starts streams at a steady pace, each on a connection of its own, and waits for their ends. */
export async function manyStreams(
  contender: string,
  target: Target,
  { pid, streams, perSecond, seconds }: Record<'pid' | 'streams' | 'perSecond' | 'seconds', number>,
): Promise<Streams> {
  const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });
  const under: Promise<number | undefined>[] = [];
  let peakMegabytes = 0;
  const look = setInterval(() => {
    peakMegabytes = Math.max(peakMegabytes, residentMegabytes(pid));
  }, 500);
  const startedMs = performance.now();
  while (under.length < streams) {
    const due = Math.min(streams, ((performance.now() - startedMs) / 1000) * perSecond);
    while (under.length < due) {
      under.push(
        call(target, { isStream: true, agent }).then(
          ({ firstMs }) => firstMs,
          () => undefined,
        ),
      );
    }
    await sleep(5);
  }
  const firstMs = (await Promise.all(under)).filter((ms) => ms !== undefined);
  clearInterval(look);
  agent.destroy();
  return {
    ...{ contender, streams, seconds, startedPerSecond: perSecond, whole: firstMs.length },
    firstMedianMs: percentile(firstMs, 0.5),
    firstP99Ms: percentile(firstMs, 0.99),
    peakMegabytes,
  };
}

function residentMegabytes(pid: number): number {
  try {
    const [, kilobytes = 0] =
      /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) / 1024;
  } catch {
    return 0;
  }
}
