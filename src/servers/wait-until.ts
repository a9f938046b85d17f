import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from './server-process.ts';

const POLL_MS = 50;

/**
 * Waits until `probe` no longer throws, that is, until the server really serves.
 * @throws Error with the last thing the server printed, when it ends or takes too long.
 */
export async function waitUntilServing(
  title: string,
  server: ServerProcess,
  timeoutMs: number,
  probe: () => Promise<unknown>,
): Promise<void> {
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    if (server.hasExited()) throw new Error(`${title} ended at once:\n${server.tail()}`);
    try {
      await probe();
      return;
    } catch (error) {
      if (Date.now() > deadlineMs) {
        throw new Error(`${title} did not serve within ${timeoutMs} ms:\n${server.tail()}`, {
          cause: error,
        });
      }
    }
    await sleep(POLL_MS);
  }
}

/**
 * Throws unless something listens on the loopback port. Asked before a gRPC client connects,
 * because that one, refused once, waits a whole second before it tries again.
 */
export async function probePort(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
