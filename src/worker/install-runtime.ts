import { DefaultLogger, Runtime, type Logger as TemporalLogger } from '@temporalio/worker';
import type { Logger } from 'pino';
import { cannotStart, wordsOf } from '../failures/cannot-start.ts';
import type { ServerAway } from './server-away.ts';

/**
 * Sets up what Temporal's SDK keeps for the whole process: its log, and the metrics where an address
 * is given for them.
 *
 * @throws CannotStart
 */
export function installRuntime(
  log: Logger,
  metricsAddress: string | undefined,
  serverAway?: ServerAway,
): void {
  try {
    Runtime.install({
      logger: temporalLogger(log, serverAway),
      shutdownSignals: [],
      telemetryOptions: {
        // The native core writes to standard error in words of its own unless it is given a way here.
        logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } },
        ...(metricsAddress && { metrics: { prometheus: { bindAddress: metricsAddress } } }),
      },
    });
  } catch (error) {
    if (!metricsAddress) throw error;
    const variable = 'HOLDFAST_METRICS_ADDRESS';
    throw cannotStart(
      wordsOf(error),
      [
        [/in use/, variable, `another program serves ${metricsAddress} already; name a free port`],
        [
          /socket address syntax/,
          variable,
          `${metricsAddress} is no IP address and port; name them, such as 127.0.0.1:9464`,
        ],
        [/^/, variable, `${metricsAddress} cannot be served; name an address of this machine`],
      ],
      error,
    );
  }
}

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
