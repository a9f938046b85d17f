import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { execa } from 'execa';
import { startDevServer } from '../../src/servers/dev-server.ts';
import { startServerProcess } from '../../src/servers/server-process.ts';
import { writeLines } from './lines.ts';
import type { Provider } from './provider-process.ts';

const root = path.join(import.meta.dirname, '..', '..');
const megabyte = 1024 * 1024;

/** How a batch is run. */
export interface RunHoldfastOptions {
  readonly lines: number;
  readonly atOnce: string;
  readonly provider: Provider;
  /** A PostgreSQL; otherwise the SQLite file that the command has by itself. */
  readonly databaseUrl?: string;
}

/** One batch from its file to its results, with a server, a worker and a client of its own. */
export async function runHoldfast({ lines, atOnce, provider, databaseUrl }: RunHoldfastOptions) {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-bench-batch-'));
  const at = (name: string) => path.join(folder, name);
  await writeLines(at('lines.jsonl'), lines);
  const { baseUrl } = provider;
  const entry = { name: 'bench', family: 'openai-compatible', baseUrl, maximumInFlight: 500 };
  writeFileSync(at('providers.json'), JSON.stringify([entry]));
  const server = await startDevServer({ isHeadless: true, dbFilename: at('temporal.db') });
  const env = {
    ...{ PATH: process.env.PATH ?? '', HOME: folder, TEMPORAL_ADDRESS: server.address },
    HOLDFAST_PROVIDERS: at('providers.json'),
    ...(databaseUrl ? { DATABASE_URL: databaseUrl } : { HOLDFAST_LEDGER: at('ledger.db') }),
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
    const { stdout } = await client.finally(() => clearInterval(watch));
    const seconds = (performance.now() - startedMs) / 1000;
    const { answered, id } = JSON.parse(stdout.split('\n').at(-1) ?? '');
    const perSecond = await provider.linesPerSecond(lines);
    if (answered !== lines) throw new Error(`${answered} answered of ${lines}`);
    return { seconds, perSecond, workerMb, clientMb, ...(await history(id)) };
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
