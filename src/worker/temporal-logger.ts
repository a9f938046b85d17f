import { DefaultLogger, type Logger as TemporalLogger } from '@temporalio/worker';
import type { Logger } from 'pino';

/** Writes Temporal's own messages to the same log; those about single tasks at level debug. */
export function temporalLogger(log: Logger): TemporalLogger {
  const levels = {
    TRACE: 'trace',
    DEBUG: 'debug',
    INFO: 'debug',
    WARN: 'warn',
    ERROR: 'error',
  } as const;
  return new DefaultLogger('INFO', ({ level, message, meta }) => {
    const { error, ...rest } = meta ?? {};
    // An activity's failure is in the attempt log already, with less noise than a stack trace.
    const isAboutAttempt =
      message.startsWith('Activity failed') || message.startsWith('Activity completed');
    log[isAboutAttempt ? 'debug' : levels[level]](
      { event: 'temporal', ...pick(rest), ...(error instanceof Error && { error: error.message }) },
      message,
    );
  });
}

function pick(meta: Record<string | symbol, unknown>): Record<string, unknown> {
  const kept = ['workflowId', 'activityType', 'attempt', 'taskQueue', 'frames'];
  return Object.fromEntries(kept.filter((key) => key in meta).map((key) => [key, meta[key]]));
}
