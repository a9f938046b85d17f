import type { AttemptLog } from '../calls/attempt-log.ts';

/** Tells several logs of what happens to attempts, in this order. */
export function combineAttemptLogs(...logs: readonly AttemptLog[]): AttemptLog {
  return {
    start(attempt) {
      const entries = logs.map((log) => log.start(attempt));
      return {
        sent: () => {
          for (const entry of entries) entry.sent();
        },
        finished: (answer) => {
          for (const entry of entries) entry.finished(answer);
        },
        failed: (fields, decision) => {
          for (const entry of entries) entry.failed(fields, decision);
        },
        interrupted: () => {
          for (const entry of entries) entry.interrupted();
        },
      };
    },
    deferred(attempt, delayMs) {
      for (const log of logs) log.deferred(attempt, delayMs);
    },
  };
}
