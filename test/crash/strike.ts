import { setTimeout as sleep } from 'node:timers/promises';
import type { Toxiproxy } from '../../dev/servers/index.ts';
import type { ServerProcess } from '../../src/servers/server-process.ts';
import type { Strike } from './cells.ts';
import type { Stage } from './stage.ts';

/** What a strike needs. */
export interface Struck {
  readonly stage: Stage;
  readonly worker: ServerProcess;
  readonly startWorker: () => Promise<unknown>;
  readonly toxiproxy: Toxiproxy | undefined;
  /** Lets everything that stands at its point go on. */
  readonly release: () => void;
  /** Waits until another worker has taken over what can be taken over. */
  readonly takenOver: () => Promise<void>;
}

/** How long a server is down, a connection cut: attempts are made, and fail, in between. */
const downMs = 1000;
/** For what a woken worker still does. */
const wakeMs = 3000;

/** What dies, while every workflow of the group stands at its point; afterwards all goes on. */
export const strike: Record<Strike, (struck: Struck) => Promise<void>> = {
  async 'worker killed'({ worker, startWorker, release }) {
    await worker.stop('SIGKILL');
    // What had been sent is done by its target now, when no worker waits for the answer.
    release();
    await startWorker();
  },
  async 'Temporal killed'({ stage, release }) {
    await stage.crashTemporal();
    release();
    await sleep(downMs);
    await stage.restartTemporal();
  },
  async 'PostgreSQL killed'({ stage, release }) {
    await stage.postgres.crash();
    release();
    await sleep(downMs);
    await stage.postgres.restart();
  },
  async 'connection cut'({ toxiproxy, release }) {
    await toxiproxy?.cut();
    release();
    await sleep(downMs);
    await toxiproxy?.mend();
  },
  // It happens by itself.
  async 'Stripe stores a 500'() {},
  async 'worker paused'({ worker, startWorker, release, takenOver }) {
    process.kill(worker.pid, 'SIGSTOP');
    release();
    await startWorker();
    await takenOver();
    process.kill(worker.pid, 'SIGCONT');
    // It goes on with what it was about to do, and may do it late.
    await sleep(wakeMs);
  },
};
