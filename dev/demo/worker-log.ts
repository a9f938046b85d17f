import { readFileSync } from 'node:fs';

/** A line of the worker's log, as far as the demo reads it. */
export interface WorkerLogLine {
  readonly pid: number;
  readonly event?: string;
  readonly requestId?: string;
  readonly attempt?: number;
  readonly sent?: boolean;
  readonly failureType?: string;
  readonly retry?: boolean;
}

/** The worker's log, line by line; the last line may be half written by a killed worker. */
export function readWorkerLog(file: string): WorkerLogLine[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as WorkerLogLine];
      } catch {
        return [];
      }
    });
}

/** Attempts of model calls, from the worker's log alone. */
export interface AttemptAccount {
  readonly started: number;
  /** Marked as sent: the request left the worker. */
  readonly sent: number;
  /** Ended without a request, each as `request id, attempt n (why)`. */
  readonly notSent: readonly string[];
  /** Never ended, because the worker was killed, each as `request id, attempt n (sent)`. */
  readonly lost: readonly string[];
}

const endings = ['attempt.finished', 'attempt.failed', 'attempt.interrupted'];

/** Accounts for every attempt: it was sent, not sent, or lost with the worker that ran it. */
export function accountForAttempts(lines: readonly WorkerLogLine[]): AttemptAccount {
  const byAttempt = Map.groupBy(
    lines.filter(({ event }) => event?.startsWith('attempt.') && event !== 'attempt.unclassified'),
    ({ pid, requestId, attempt }) => `${requestId}, attempt ${attempt}, worker ${pid}`,
  );
  const attempts = [...byAttempt].map(([name, events]) => ({
    name,
    isSent: events.some(({ event }) => event === 'attempt.sent'),
    ending: events.find(({ event = '' }) => endings.includes(event)),
  }));
  return {
    started: attempts.length,
    // Lines, not attempts: one that sent twice must not look like one.
    sent: lines.filter(({ event }) => event === 'attempt.sent').length,
    notSent: attempts
      .filter(({ isSent, ending }) => !isSent && ending !== undefined)
      .map(({ name, ending }) => `${name} (${ending?.failureType ?? 'interrupted'})`),
    lost: attempts
      .filter(({ ending }) => ending === undefined)
      .map(({ name, isSent }) => `${name} (${isSent ? 'sent' : 'not sent'})`),
  };
}
