import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { median } from '../overhead/median.ts';
import { type BenchWorld, startBenchWorld } from './bench-world.ts';
import { type Measured, measure, residentMegabytesOf } from './measure.ts';

/**
 * What `complete` costs beside a bare workflow of one activity with the same call: see README.md.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    'answer-ms': { type: 'string', default: '0,50,20000' },
    'at-once': { type: 'string', default: '1,32,128' },
    flight: { type: 'string', default: '1000' },
    profile: { type: 'string' },
  },
});
const numbers = (text: string) => text.split(',').filter(Boolean).map(Number);
const rounds = Number(values.rounds);
const answersMs = numbers(values['answer-ms']);
const inFlight = Number(values.flight);
const flightMs = 20_000;
/** At most so much more than the bare workflow, and so much less. */
const goals = { workerCpuMs: 1.3, serverCpuMs: 1.1, callsPerSecond: 0.9 } as const;

const profile = values.profile ? ['--cpu-prof', `--cpu-prof-dir=${values.profile}`] : [];
await using world = await startBenchWorld([...new Set([...answersMs, flightMs])], profile);
const [bare, own] = world.ways;
if (!bare || !own) throw new Error('two ways are measured');
let isGood = true;

for (const way of world.ways) {
  await measure(way, world.serverPid, { calls: 200, atOnce: 32, answerMs: answersMs[0] ?? 0 });
}
for (const answerMs of answersMs) {
  // A slow answer is waited for by many at once, or a round would take an hour.
  const wanted = numbers(values['at-once']);
  for (const atOnce of answerMs > 1000 ? wanted.slice(-1) : wanted) {
    await compare(world, answerMs, atOnce);
  }
}
if (inFlight > 0) await holdInFlight(world);
process.exitCode = isGood ? 0 : 1;

async function compare({ serverPid }: BenchWorld, answerMs: number, atOnce: number): Promise<void> {
  const load = { answerMs, atOnce, calls: answerMs > 1000 ? atOnce : Math.max(50, atOnce * 8) };
  const of = { bare: [] as Measured[], complete: [] as Measured[] };
  for (let round = 0; round < rounds; round += 1) {
    // Whoever is first in a round may profit or suffer from it: they take turns in that too.
    const both = round % 2 === 0 ? [bare, own] : [own, bare];
    for (const way of both) if (way) of[way.name].push(await measure(way, serverPid, load));
  }
  console.log(`\nanswers after ${answerMs} ms, ${atOnce} at once, ${load.calls} calls a round`);
  for (const field of ['workerCpuMs', 'serverCpuMs', 'callsPerSecond', 'p50Ms'] as const) {
    const spread = (measured: readonly Measured[]) => {
      const all = measured.map((each) => each[field]);
      return `${median(all).toFixed(1)} (${Math.min(...all).toFixed(1)} to ${Math.max(...all).toFixed(1)})`;
    };
    const ratio = median(
      of.complete.map((each, round) => each[field] / (of.bare[round]?.[field] ?? 1)),
    );
    console.log(
      `${field.padEnd(15)} bare ${spread(of.bare).padEnd(24)} complete ${spread(of.complete).padEnd(24)} ratio ${ratio.toFixed(2)}${verdict(field, ratio, atOnce)}`,
    );
  }
}

/** One call at a time says how long it takes; what many cost is the goal. */
function verdict(field: keyof Measured, ratio: number, atOnce: number): string {
  if (!(field in goals) || atOnce === 1) return '';
  const goal = goals[field as keyof typeof goals];
  const isMet = field === 'callsPerSecond' ? ratio >= goal : ratio <= goal;
  isGood &&= isMet;
  return ` (goal ${goal}${isMet ? '' : ': MISSED'})`;
}

/** Many slow calls in flight in one worker: what they hold, and how often they say that they live. */
async function holdInFlight({ heartbeats, serverPid }: BenchWorld): Promise<void> {
  if (!own) return;
  const restingMegabytes = residentMegabytesOf(own.pid);
  const before = await heartbeats();
  const load = { calls: inFlight, atOnce: inFlight, answerMs: flightMs };
  const done = measure(own, serverPid, load);
  let most = 0;
  let isDone = false;
  void done.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    most = Math.max(most, residentMegabytesOf(own.pid));
    await Promise.race([sleep(1000), done]);
  }
  const { callsPerSecond, p50Ms, workerCpuMs } = await done;
  const sent = (await heartbeats()) - before;
  console.log(
    `\n${inFlight} calls of ${flightMs / 1000} s in flight: memory ${restingMegabytes} MB before, ${most} MB at most; ` +
      `${(sent / inFlight).toFixed(1)} heartbeats a call reached the server; p50 ${(p50Ms / 1000).toFixed(1)} s, ` +
      `${callsPerSecond.toFixed(0)} calls a second, ${workerCpuMs.toFixed(1)} ms of the worker's CPU a call`,
  );
}
