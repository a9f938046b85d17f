import { aborted } from 'node:util';

/** The exit code of a process that a signal stopped: 128 and its number, as shells say it. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Why the demo was asked to stop. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly exitCode: number;
  constructor(signal: keyof typeof exitCodes) {
    super(`stopped by ${signal}`);
    this.exitCode = exitCodes[signal];
  }
}

/**
 * Aborts with {@link Stopped} at the first Ctrl-C (or SIGTERM, or when the terminal goes away). At
 * the second the process exits at once; its children end with it, see `startServerProcess`.
 *
 * @param onFirst tells the user that it is being cleaned up.
 */
export function listenForStop(onFirst: () => void): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(exitCodes[name]);
      controller.abort(new Stopped(name));
      onFirst();
    });
  }
  return controller.signal;
}

/** Waits for `work`, or rejects as soon as the signal aborts; `work` is then left to itself. */
export function unlessStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const stopped = aborted(signal, signal).then((): never => {
    throw signal.reason;
  });
  return Promise.race([work, stopped]);
}
