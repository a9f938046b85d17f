// npm run bench:batch -- [--lines 1000,10000,100000] [--at-once 64] [--bare 10000]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { execa } from 'execa';
import { startDevServer } from '../../src/servers/dev-server.ts';
import { startServerProcess } from '../../src/servers/server-process.ts';
import { writeLines } from './lines.ts';
import { publish } from './publish.ts';
import { keepRow } from './results.ts';
import { tableOf } from './table.ts';

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000,10000,100000' },
    'at-once': { type: 'string', default: '64' },
    bare: { type: 'string', default: '10000' },
  },
});
const atOnce = values['at-once'];
const root = path.join(import.meta.dirname, '..', '..');
const megabyte = 1024 * 1024;

const provider = spawn(process.execPath, [path.join(import.meta.dirname, 'provider.ts')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const baseUrl: string = await new Promise((resolve) => {
  createInterface({ input: provider.stdout }).once('line', resolve);
});
const seen = async () =>
  (await (await fetch(baseUrl)).json()) as { requests: number; seconds: number };

try {
  const bare = Number(values.bare);
  let barePerSecond = 0;
  if (bare > 0) {
    const loop = path.join(import.meta.dirname, 'bare-loop.ts');
    const { stdout } = await execa(process.execPath, [loop, baseUrl, String(bare), atOnce]);
    barePerSecond = bare / Number(stdout);
    await seen();
    console.log(
      `a bare loop of generateText, ${atOnce} at once: ${barePerSecond.toFixed(0)} lines/s`,
    );
  }
  for (const lines of values.lines.split(',').map(Number)) {
    const row = { lines, barePerSecond, ...(await runOnce(lines)) };
    console.log(tableOf([row]));
    keepRow(row);
  }
  await publish();
} finally {
  provider.kill();
}

/** One batch from its file to its results, with a server, a worker and a client of its own. */
async function runOnce(lines: number) {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-bench-batch-'));
  const at = (name: string) => path.join(folder, name);
  await writeLines(at('lines.jsonl'), lines);
  const entry = { name: 'bench', family: 'openai-compatible', baseUrl, maximumInFlight: 500 };
  writeFileSync(at('providers.json'), JSON.stringify([entry]));
  const server = await startDevServer({ isHeadless: true, dbFilename: at('temporal.db') });
  const env = {
    ...{ PATH: process.env.PATH ?? '', HOME: folder, TEMPORAL_ADDRESS: server.address },
    ...{ HOLDFAST_PROVIDERS: at('providers.json'), HOLDFAST_LEDGER: at('ledger.db') },
  };
  const own = { env, extendEnv: false, cwd: folder };
  const serve = path.join(root, 'src', 'serve-file.ts');
  const worker = await startServerProcess(process.execPath, [serve], own);
  const args = ['batch', 'run', 'lines.jsonl', '--out', 'out', '--json', '--concurrency', atOnce];
  let [workerMb, clientMb] = [0, 0];
  try {
    const startedMs = performance.now();
    const client = execa(process.execPath, [path.join(root, 'src', 'holdfast.ts'), ...args], own);
    const watch = setInterval(() => {
      workerMb = Math.max(workerMb, megabytesOf(worker.pid));
      clientMb = Math.max(clientMb, megabytesOf(client.pid ?? 0));
    }, 500);
    const { stdout } = await client;
    clearInterval(watch);
    const seconds = (performance.now() - startedMs) / 1000;
    const { answered, id } = JSON.parse(stdout.split('\n').at(-1) ?? '');
    const { requests, seconds: sending } = await seen();
    if (answered !== lines || requests !== lines) {
      throw new Error(`${answered} answered with ${requests} requests, of ${lines}`);
    }
    return { seconds, perSecond: lines / sending, workerMb, clientMb, ...(await history(id)) };
  } finally {
    await worker.stop('SIGKILL');
    await server.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Of all runs of the workflow, the longest. */
  async function history(id: string) {
    const connection = await Connection.connect({ address: server.address });
    try {
      const client = new Client({ connection });
      let [runs, bytes] = [0, 0];
      for await (const { runId } of client.workflow.list({ query: `WorkflowId = "${id}"` })) {
        runs += 1;
        const { raw } = await client.workflow.getHandle(id, runId).describe();
        bytes = Math.max(bytes, Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0));
      }
      return { runs, historyKb: bytes / 1024 };
    } finally {
      await connection.close();
    }
  }
}

/** Resident memory of a process, as Linux tells it; 0 where it does not. */
function megabytesOf(pid: number): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return (pages * 4096) / megabyte;
  } catch {
    return 0;
  }
}
