import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ServerProcess, startServerProcess } from '../../src/servers/server-process.ts';
import { readWorkerLog } from './worker-log.ts';

const node = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
const realWorker = fileURLToPath(new URL('../../src/serve-orders.ts', import.meta.url));

/** How a worker is started. */
export interface WorkerProcessOptions {
  /** The whole environment: nothing of the user's own gets in. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Its JSON lines are appended here. */
  readonly logFile: string;
  /** Another program that logs as a worker does. Default: `src/serve-orders.ts`. */
  readonly program?: string;
}

const startTimeoutMs = 60_000;
const pollMs = 50;

/**
 * Starts a worker as a process of its own, and returns when it serves. It writes straight
 * into the log file: what it logged before a SIGKILL is there.
 *
 * @param onSpawned is told as soon as there is a process to clean up.
 * @throws Error with the worker's own words when it does not start.
 */
export async function startWorker(
  options: WorkerProcessOptions,
  onSpawned: (worker: ServerProcess) => void,
): Promise<ServerProcess> {
  const log = openSync(options.logFile, 'a');
  // What Node compiled is kept in the runner's cache: half the starting time.
  const { NODE_COMPILE_CACHE } = process.env;
  const worker = await startServerProcess(node, [options.program ?? realWorker], {
    env: { NODE_COMPILE_CACHE, ...options.env },
    extendEnv: false,
    cwd: options.cwd,
    stdout: log,
  }).finally(() => closeSync(log));
  onSpawned(worker);
  const deadlineMs = Date.now() + startTimeoutMs;
  for (;;) {
    const lines = readWorkerLog(options.logFile);
    if (lines.some(({ event, pid }) => event === 'worker.serving' && pid === worker.pid)) {
      return worker;
    }
    if (worker.hasExited() || Date.now() > deadlineMs) {
      await worker.stop('SIGKILL');
      throw new Error(`The worker did not start:\n${worker.tail()}`);
    }
    await sleep(pollMs);
  }
}
