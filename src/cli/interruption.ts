import { exitCodes } from './exit-codes.ts';

/** A terminal that is closed sends SIGHUP. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A Ctrl-C comes twice under `npx`: from the terminal, and from npm, which passes on its own. */
const sameForMs = 1000;

/** A signal that aborts on the first Ctrl-C, SIGTERM or SIGHUP within `work`; another one ends all. */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const forget = () => {
    for (const name of signals) process.off(name, interrupt);
  };
  const interrupt = () => {
    if (controller.signal.aborted) return;
    process.exitCode = exitCodes.interrupted.code;
    controller.abort();
    setTimeout(forget, sameForMs).unref();
  };
  for (const name of signals) process.on(name, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    forget();
  }
}

/** Resolves when the signal aborts, also where it did before: what starts may be interrupted too. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
