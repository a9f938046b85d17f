import type { BegunAttempt, RecordedAttempt } from '../wire/recorded-attempt.ts';
import type { KnownAttempt, LocalFile } from './attempts-file.ts';

/** Writes what is known of this worker's attempts to its local file. No method throws. */
export type AttemptRecorder = ReturnType<typeof createAttemptRecorder>;

/** Attempts kept in memory while the file takes none. */
const mostUnwritten = 1000;
/** A full disk is not tried with all of them at every call. */
const retryAfterMs = 500;

/**
 * What is recorded within one turn of the event loop is written together at its end: the outside sees
 * nothing of a turn before that, so a kill in between is the same as one a moment earlier. Only "sent"
 * is written at once, because the request leaves right after it.
 *
 * @param file the worker's own.
 * @param workerId makes attempt ids unique over all workers.
 * @param now milliseconds since 1970.
 */
export function createAttemptRecorder(
  file: Pick<LocalFile, 'put'>,
  workerId: string,
  now: () => number,
) {
  const unwritten = new Map<number, KnownAttempt>();
  let count = 0;
  let dropped = 0;
  let isScheduled = false;
  let isClosed = false;
  let retryAtMs = 0;

  /** Puts into the file what is not there yet. */
  function write(): void {
    if (unwritten.size === 0 || performance.now() < retryAtMs) return;
    if (file.put(unwritten)) unwritten.clear();
    else retryAtMs = performance.now() + retryAfterMs;
  }

  function record(number: number, attempt: KnownAttempt): void {
    if (unwritten.size >= mostUnwritten) write();
    const isFull = unwritten.size >= mostUnwritten && !unwritten.has(number);
    if (isClosed || isFull) {
      if ('outcome' in attempt) dropped += 1;
      return;
    }
    unwritten.set(number, attempt);
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      write();
    });
  }

  return {
    /** @returns the way to end it. */
    begin(attempt: Omit<BegunAttempt, 'attemptId' | 'startedAtMs'>) {
      count += 1;
      const number = count;
      let begun: BegunAttempt = {
        attemptId: `${workerId}.${number}`,
        ...attempt,
        startedAtMs: now(),
      };
      let hasEnded = false;
      record(number, begun);
      return {
        sent() {
          if (hasEnded || begun.sent === 'yes') return;
          begun = { ...begun, sent: 'yes', sentAtMs: now() };
          record(number, begun);
          write();
        },
        /** An effect's attempt turned out to be under another generation of its key. */
        keyIs(requestId: string) {
          if (hasEnded) return;
          begun = { ...begun, requestId };
          record(number, begun);
        },
        /** Only the first end counts. */
        end(how: Partial<RecordedAttempt> & Pick<RecordedAttempt, 'outcome'>) {
          if (hasEnded) return;
          hasEnded = true;
          record(number, { ...begun, finishedAtMs: now(), ...how });
        },
        soFar: () => begun,
      };
    },
    write,
    /** Attempts whose end was given up, because the file did not take it. */
    dropped: () => dropped,
    /** Writes for the last time. What is still under way, the next worker records as lost. */
    close() {
      retryAtMs = 0;
      write();
      for (const attempt of unwritten.values()) if ('outcome' in attempt) dropped += 1;
      unwritten.clear();
      isClosed = true;
    },
  };
}
