import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchWorld } from './bench-world.ts';
import { measure, residentMegabytesOf } from './measure.ts';

/** What many slow calls at once hold in one worker, and how often they say that they live. */
export interface Flight {
  readonly calls: number;
  readonly answerMs: number;
  readonly restingMegabytes: number;
  readonly mostMegabytes: number;
  /** Those that reached the server. */
  readonly heartbeatsPerCall: number;
  readonly p50Ms: number;
  readonly workerCpuMs: number;
}

/**
 * Has so many calls in flight, all of them from the same moment on. Twice, and the second time counts:
 * the gate of a provider that is new lets few go at first.
 */
export async function holdInFlight(
  { heartbeats, serverPid, ways }: BenchWorld,
  { calls, answerMs }: Pick<Flight, 'calls' | 'answerMs'>,
): Promise<Flight> {
  const own = ways.find(({ name }) => name === 'complete');
  if (!own) throw new Error('nothing completes');
  const load = { calls, answerMs, atOnce: calls };
  // A worker that has just started holds less than one that has worked.
  await measure(own, serverPid, { calls: 1, answerMs, atOnce: 1 });
  const restingMegabytes = residentMegabytesOf(own.pid);
  await measure(own, serverPid, load);
  const before = await heartbeats();
  const done = measure(own, serverPid, load);
  let mostMegabytes = 0;
  let isDone = false;
  void done.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    mostMegabytes = Math.max(mostMegabytes, residentMegabytesOf(own.pid));
    await Promise.race([sleep(1000), done]);
  }
  const { p50Ms, workerCpuMs } = await done;
  const heartbeatsPerCall = ((await heartbeats()) - before) / calls;
  return {
    calls,
    answerMs,
    restingMegabytes,
    mostMegabytes,
    heartbeatsPerCall,
    p50Ms,
    workerCpuMs,
  };
}
