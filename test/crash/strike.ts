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
  /** The workflows that stand at their points. */
  readonly ids: readonly string[];
  readonly toxiproxy: Toxiproxy | undefined;
  /** Lets everything that stands at its point go on. */
  readonly release: () => void;
  /** Waits until another worker has taken over what can be taken over. */
  readonly takenOver: () => Promise<void>;
}

/** How long a server is down, a connection cut: attempts are made, and fail, in between. */
const downMs = 1000;
/** For the workflows to pass a cancellation on. */
const cancelledMs = 3000;
/** For what a woken worker still does. */
const wakeMs = 3000;

/** The lease, for how long GitHub may still act as its grace, and some. */
export const leaseMs = 25_000;

async function killed({ worker, startWorker, release }: Struck): Promise<void> {
  await worker.stop('SIGKILL');
  // What had been sent is done by its target now, when no worker waits for the answer.
  release();
  await startWorker();
}

/** What dies, while every workflow of the group stands at its point; afterwards all goes on. */
export const strike: Record<Strike, (struck: Struck) => Promise<void>> = {
  'worker killed': killed,
  async cancelled({ stage, worker, startWorker, release, ids }) {
    await Promise.all(ids.map((id) => stage.client.workflow.getHandle(id).cancel()));
    // Until the server knows it of each activity: otherwise another worker may be faster, and do it.
    await sleep(cancelledMs);
    await worker.stop('SIGKILL');
    release();
    await startWorker();
  },
  async terminated({ stage, worker, startWorker, release, ids }) {
    await worker.stop('SIGKILL');
    await Promise.all(ids.map((id) => stage.client.workflow.getHandle(id).terminate()));
    release();
    await startWorker();
    // For what the targets still do, and until the leases are over.
    await sleep(leaseMs);
  },
  'attempts used up': killed,
  'deadline over': killed,
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
