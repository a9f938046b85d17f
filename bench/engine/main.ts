import { parseArgs } from 'node:util';
import { startBenchWorld } from './bench-world.ts';
import { compare } from './compare.ts';
import { holdInFlight } from './flight.ts';
import { flightMisses, missedBy } from './goals.ts';
import { measure } from './measure.ts';
import { keepFlight, keepRow } from './results.ts';
import { sentenceOf, tableOf } from './table.ts';

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
/** With fewer it is a try, and shown only. */
const keptRounds = 7;
const keptFlight = 1000;

const profile = values.profile ? ['--cpu-prof', `--cpu-prof-dir=${values.profile}`] : [];
const misses: string[] = [];

async function compareAll(): Promise<void> {
  await using world = await startBenchWorld({ answersMs, nodeArgs: profile });
  for (const answerMs of answersMs) {
    const isSlow = answerMs > 1000;
    for (const way of world.ways) {
      // Twice: the gate of a provider that is new lets few go at first.
      for (const calls of [200, 200]) {
        await measure(way, world.serverPid, { calls, atOnce: isSlow ? calls : 32, answerMs });
      }
    }
    for (const atOnce of numbers(values['at-once'])) {
      // One slow call is too little CPU to be read, and many after each other would take hours.
      if (isSlow && atOnce === 1) continue;
      const calls = isSlow ? atOnce : Math.max(50, atOnce * 8);
      const row = await compare(world, { answerMs, atOnce, calls }, rounds);
      console.log(`\n${tableOf([row])}`);
      misses.push(...missedBy(row).map((miss) => `${answerMs} ms, ${atOnce} at once: ${miss}`));
      if (rounds >= keptRounds && !values.profile) keepRow(row);
    }
  }
}

async function holdAll(calls: number): Promise<void> {
  await using world = await startBenchWorld({
    answersMs: [flightMs],
    nodeArgs: profile,
    countsHeartbeats: true,
  });
  const flight = await holdInFlight(world, { calls, answerMs: flightMs });
  console.log(`\n${sentenceOf(flight)}`);
  misses.push(...flightMisses(flight));
  if (calls === keptFlight && !values.profile) keepFlight(flight);
}

if (answersMs.length > 0) await compareAll();
if (inFlight > 0) await holdAll(inFlight);
for (const miss of misses) console.log(`MISSED: ${miss}`);
process.exitCode = misses.length > 0 ? 1 : 0;
