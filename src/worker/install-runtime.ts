import { Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';
import { cannotStart, wordsOf } from '../failures/cannot-start.ts';
import type { ServerAway } from './server-away.ts';
import { temporalLogger } from './temporal-logger.ts';

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
