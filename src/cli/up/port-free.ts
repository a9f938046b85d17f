import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { probePort } from '../../servers/wait-until.ts';
import { usageError } from '../command-error.ts';

/** How long what listens there may take to say that it is a Temporal server. */
const answerTimeoutMs = 2000;
/** The server of an `up` that was killed is gone a moment later than that. */
const dyingMs = 1000;
const pollMs = 100;

/**
 * Makes sure that nothing listens on a port of this machine.
 *
 * @param mend what to do when it is not.
 * @param wanted what was to listen there.
 * @throws CommandError `usage` saying whether what listens is a Temporal server.
 */
export async function assertPortFree(port: number, mend: string, wanted: string): Promise<void> {
  for (const deadlineMs = Date.now() + dyingMs; Date.now() < deadlineMs; await sleep(pollMs)) {
    const isTaken = await probePort(port).then(
      () => true,
      () => false,
    );
    if (!isTaken) return;
  }
  if (await isTemporal(port)) {
    throw usageError(`a Temporal server runs at 127.0.0.1:${port} already; end it, or ${mend}`);
  }
  throw usageError(`another program has port ${port}, where ${wanted} was to be; ${mend}`);
}

async function isTemporal(port: number): Promise<boolean> {
  try {
    const connection = await Connection.connect({
      address: `127.0.0.1:${port}`,
      connectTimeout: answerTimeoutMs,
    });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}
