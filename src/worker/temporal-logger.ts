import { DefaultLogger, type Logger as TemporalLogger } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { ServerAway } from './server-away.ts';

/**
 * Writes Temporal's own messages, those of its native core too, to the same log; those about single
 * tasks, and about what is meant to be so, at level debug.
 *
 * @param serverAway is told of requests that the core tries again.
 */
export function temporalLogger(log: Logger, serverAway?: ServerAway): TemporalLogger {
  const levels = {
    TRACE: 'trace',
    DEBUG: 'debug',
    INFO: 'debug',
    WARN: 'warn',
    ERROR: 'error',
  } as const;
  return new DefaultLogger('INFO', ({ level, message, meta }) => {
    const { error, ...rest } = meta ?? {};
    const isRetry = retry.test(message);
    if (isRetry) serverAway?.noticed(reasonOf(error));
    log[isRetry || isExpected(message) ? 'debug' : levels[level]](
      { event: 'temporal', ...pick(rest), ...(error instanceof Error && { error: error.message }) },
      message,
    );
  });
}

/** Each of dozens of polls says this again and again while the server is away. */
const retry = /^gRPC call \w+ retried \d+ times/;

function isExpected(message: string): boolean {
  return [
    // An activity's failure is in the attempt log already, with less noise than a stack trace.
    'Activity failed',
    'Activity completed',
    // The queues of calls and effects have none.
    'No workflows registered',
  ].some((beginning) => message.startsWith(beginning));
}

/** What the core says of a status: `tcp connect error`. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /message: "([^"]*)"/.exec(text)?.[1] ?? text.slice(0, 200);
}

function pick(meta: Record<string | symbol, unknown>): Record<string, unknown> {
  const kept = ['workflowId', 'activityType', 'attempt', 'taskQueue', 'frames'];
  return Object.fromEntries(kept.filter((key) => key in meta).map((key) => [key, meta[key]]));
}
