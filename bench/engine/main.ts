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
await using world = await startBenchWorld([...new Set([...answersMs, flightMs])], profile);
const misses: string[] = [];

for (const way of world.ways) {
  await measure(way, world.serverPid, { calls: 200, atOnce: 32, answerMs: answersMs[0] ?? 0 });
}
for (const answerMs of answersMs) {
  const isSlow = answerMs > 1000;
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
const own = world.ways.find(({ name }) => name === 'complete');
if (inFlight > 0 && own) {
  const flight = await holdInFlight(world, own, { calls: inFlight, answerMs: flightMs });
  console.log(`\n${sentenceOf(flight)}`);
  misses.push(...flightMisses(flight));
  if (inFlight === keptFlight && !values.profile) keepFlight(flight);
}
for (const miss of misses) console.log(`MISSED: ${miss}`);
process.exitCode = misses.length > 0 ? 1 : 0;
