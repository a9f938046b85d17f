// npm run bench:batch -- [--lines 1000,10000,100000] [--at-once 64] [--bare 10000]
// npm run bench:batch -- peers [--lines 5000] [--at-once 64] [--rounds 3]
import path from 'node:path';
import { parseArgs } from 'node:util';
import { comparePeers } from './peers.ts';
import { startProvider } from './provider-process.ts';
import { publish } from './publish.ts';
import { keepRow } from './results.ts';
import { runHoldfast } from './run-holdfast.ts';
import { runProgram } from './run-program.ts';
import { sizesTable } from './table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lines: { type: 'string' },
    'at-once': { type: 'string', default: '64' },
    bare: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
  },
});
const { 'at-once': atOnce } = values;
const provider = await startProvider();
try {
  if (positionals.includes('peers')) {
    const { lines = '5000', rounds } = values;
    await comparePeers({ provider, atOnce, lines: Number(lines), rounds: Number(rounds) });
  } else {
    await measureSizes((values.lines ?? '1000,10000,100000').split(',').map(Number));
  }
  await publish();
} finally {
  provider.stop();
}

async function measureSizes(sizes: readonly number[]): Promise<void> {
  const bare = Number(values.bare);
  const loop = path.join(import.meta.dirname, 'bare-loop.ts');
  let barePerSecond = 0;
  if (bare > 0) {
    const command = (file: string) => [process.execPath, loop, file, provider.baseUrl, atOnce];
    barePerSecond = await runProgram(provider, bare, command as never);
    console.log(
      `a bare loop of generateText, ${atOnce} at once: ${barePerSecond.toFixed(0)} lines/s`,
    );
  }
  for (const lines of sizes) {
    const row = { lines, barePerSecond, ...(await runHoldfast({ lines, atOnce, provider })) };
    console.log(sizesTable([row]));
    keepRow(row);
  }
}
