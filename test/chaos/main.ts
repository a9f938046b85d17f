// npm run test:chaos -- [--seed 1] [--runs 10]
import { parseArgs } from 'node:util';
import { runChaos, wholeRun } from './run-chaos.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    runs: { type: 'string', default: '1' },
  },
});
const [seed, runs] = [Number(values.seed), Number(values.runs)];
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(runs) || runs < 1) {
  throw new Error(`--seed ${values.seed} and --runs ${values.runs} must be whole numbers`);
}

let right = 0;
for (let run = 0; run < runs; run += 1) {
  const startedMs = performance.now();
  console.log(`npm run test:chaos -- --seed ${seed + run}`);
  const { wrong, ...count } = await runChaos(seed + run, wholeRun, (line) => console.log(line));
  console.log(JSON.stringify(count));
  for (const each of wrong) console.log(`WRONG  ${each}`);
  if (wrong.length === 0) right += 1;
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  console.log(`seed ${seed + run}: ${wrong.length === 0 ? 'right' : 'WRONG'}, ${seconds} s`);
}
console.log(`${right} of ${runs} runs right`);
process.exitCode = right === runs ? 0 : 1;
