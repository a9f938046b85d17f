import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startWorker } from '../../dev/demo/worker-process.ts';
import type { ServerProcess } from '../../src/servers/server-process.ts';
import type { Contender } from './contenders.ts';

/** The worker processes of a contender. */
export interface Workers {
  /** Resolves when all serve. */
  start(): Promise<void>;
  /** The storm begins: from here on they are killed, where the contender says so. */
  go(): void;
  /** Resolves when all are gone. */
  stop(): Promise<void>;
}

/** A contender's workers, which share a ledger, as those of one queue do. */
export function createWorkers(
  { workers = 0, killEveryMs }: Contender,
  { folder, env }: { readonly folder: string; readonly env: NodeJS.ProcessEnv },
): Workers {
  const over = new AbortController();
  let killing = Promise.resolve();
  const running: ServerProcess[] = [];
  let started = 0;
  async function startOne(): Promise<void> {
    started += 1;
    await startWorker(
      {
        env: { ...env, HOLDFAST_LEDGER: path.join(folder, 'ledger.db') },
        cwd: folder,
        logFile: path.join(folder, `worker-${started}.log`),
      },
      (worker) => running.push(worker),
    );
  }
  async function killInTurn(everyMs: number): Promise<void> {
    while (!over.signal.aborted) {
      await sleep(everyMs, undefined, { signal: over.signal });
      await running.shift()?.stop('SIGKILL');
      await startOne();
    }
  }
  return {
    async start() {
      for (let worker = 1; worker <= workers; worker += 1) await startOne();
    },
    go() {
      if (killEveryMs === undefined) return;
      killing = killInTurn(killEveryMs).catch((error: unknown) => {
        if (!over.signal.aborted) throw error;
      });
    },
    async stop() {
      over.abort();
      await Promise.all(running.map((worker) => worker.stop('SIGKILL')));
      await killing;
      // One may have been about to start.
      await Promise.all(running.map((worker) => worker.stop('SIGKILL')));
    },
  };
}
