import { exitCodes } from './exit-codes.ts';

/** A terminal that is closed sends SIGHUP. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A signal that aborts on the first Ctrl-C, SIGTERM or SIGHUP within `work`; the second ends all. */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => {
    process.exitCode = exitCodes.interrupted.code;
    controller.abort();
  };
  for (const name of signals) process.once(name, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of signals) process.off(name, interrupt);
  }
}

/** Resolves when the signal aborts, also where it did before: what starts may be interrupted too. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
