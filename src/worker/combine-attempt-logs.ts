import type { AttemptLog } from '../calls/attempt-log.ts';

/** Tells several logs of what happens to attempts, in this order. */
export function combineAttemptLogs(...logs: readonly AttemptLog[]): AttemptLog {
  return {
    start(attempt) {
      const records = logs.map((log) => log.start(attempt));
      return {
        sent: () => {
          for (const record of records) record.sent();
        },
        finished: (answer) => {
          for (const record of records) record.finished(answer);
        },
        failed: (fields, decision) => {
          for (const record of records) record.failed(fields, decision);
        },
        interrupted: () => {
          for (const record of records) record.interrupted();
        },
      };
    },
    deferred(attempt, delayMs) {
      for (const log of logs) log.deferred(attempt, delayMs);
    },
  };
}
