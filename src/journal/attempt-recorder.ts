import type { BegunAttempt, RecordedAttempt } from '../wire/recorded-attempt.ts';
import { spoolLine } from './spool-line.ts';
import type { SpoolWriter } from './spool-writer.ts';

/** Writes attempts to the spool, and knows those that are under way. */
export interface AttemptRecorder {
  /** @returns the way to end it. */
  readonly begin: (attempt: Omit<BegunAttempt, 'attemptId' | 'startedAtMs'>) => OpenAttempt;
  /** Records one that ended where it began. */
  readonly recordAt: (attempt: Omit<RecordedAttempt, 'attemptId' | 'startedAtMs'>) => void;
  /** Lines of those under way, as if they began now. */
  readonly openLines: () => string[];
}

/** An attempt under way. */
export interface OpenAttempt {
  readonly sent: () => void;
  /** Only the first end counts. */
  readonly end: (how: Partial<RecordedAttempt> & Pick<RecordedAttempt, 'outcome'>) => void;
  readonly soFar: () => BegunAttempt;
}

/**
 * @param spool where the lines go; its id makes attempt ids unique over all workers.
 * @param now milliseconds since 1970.
 */
export function createAttemptRecorder(
  spool: Pick<SpoolWriter, 'id' | 'append' | 'write'>,
  now: () => number,
): AttemptRecorder {
  const open = new Map<string, BegunAttempt>();
  let count = 0;
  const nextId = () => {
    count += 1;
    return `${spool.id}.${count}`;
  };

  return {
    begin(attempt) {
      const attemptId = nextId();
      let begun: BegunAttempt = { attemptId, ...attempt, startedAtMs: now() };
      open.set(attemptId, begun);
      spool.append(spoolLine({ kind: 'begun', attempt: begun }));
      return {
        sent() {
          if (!open.has(attemptId) || begun.sent === 'yes') return;
          const sentAtMs = now();
          begun = { ...begun, sent: 'yes', sentAtMs };
          open.set(attemptId, begun);
          spool.append(spoolLine({ kind: 'sent', attemptId, sentAtMs }));
          // The request leaves right after this: the kernel has the line first.
          spool.write();
        },
        end(how) {
          // Taken out first: the line may fill the segment, and the next one begins with the open ones.
          if (!open.delete(attemptId)) return;
          const attempt = { ...begun, finishedAtMs: now(), ...how };
          spool.append(spoolLine({ kind: 'ended', attempt }));
        },
        soFar: () => begun,
      };
    },
    recordAt(attempt) {
      const nowMs = now();
      const ended = { attemptId: nextId(), ...attempt, startedAtMs: nowMs, finishedAtMs: nowMs };
      spool.append(spoolLine({ kind: 'ended', attempt: ended }));
    },
    openLines: () => [...open.values()].map((attempt) => spoolLine({ kind: 'begun', attempt })),
  };
}
