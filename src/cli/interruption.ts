import { exitCodes } from './exit-codes.ts';

/** A signal that aborts on the first Ctrl-C or SIGTERM within `work`; the second ends all. */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => {
    process.exitCode = exitCodes.interrupted.code;
    controller.abort();
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
