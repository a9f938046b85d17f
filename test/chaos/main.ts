// npm run test:chaos -- [--seed 1] [--runs 10] [--batch [FILE.csv] [--kills 20]]
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import { killsOf, runBatchChaos } from './batch/run-batch-chaos.ts';
import { runChaos, wholeRun } from './run-chaos.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    runs: { type: 'string', default: '1' },
    // Each message of a CSV file with a column `text` is a line of a batch; of ours where none is named.
    batch: { type: 'boolean', default: false },
    kills: { type: 'string', default: '20' },
  },
});
const [file = 'examples/messages.csv'] = positionals;
const [seed, runs] = [Number(values.seed), Number(values.runs)];
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(runs) || runs < 1) {
  throw new Error(`--seed ${values.seed} and --runs ${values.runs} must be whole numbers`);
}

let right = 0;
for (let run = 0; run < runs; run += 1) {
  const startedMs = performance.now();
  console.log(`npm run test:chaos -- --seed ${seed + run}`);
  const { wrong, ...count } = await runOnce(seed + run, (line) => console.log(line));
  console.log(JSON.stringify(count));
  for (const each of wrong) console.log(`WRONG  ${each}`);
  if (wrong.length === 0) right += 1;
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  console.log(`seed ${seed + run}: ${wrong.length === 0 ? 'right' : 'WRONG'}, ${seconds} s`);
}
console.log(`${right} of ${runs} runs right`);
process.exitCode = right === runs ? 0 : 1;

async function runOnce(
  of: number,
  say: (line: string) => void,
): Promise<Readonly<Record<string, unknown>> & { readonly wrong: readonly string[] }> {
  if (!values.batch) return { ...(await runChaos(of, wholeRun, say)) };
  const rows: { text: string }[] = parse(readFileSync(file), { columns: true });
  const messages = rows.map(({ text }) => text);
  return runBatchChaos(of, messages, killsOf(of, Number(values.kills), messages.length), say);
}
