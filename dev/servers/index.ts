import { findProgram } from '../../src/servers/find-program.ts';
import { temporalCli } from '../../src/servers/temporal-cli.ts';
import { testServer } from '../../src/servers/test-server.ts';

export {
  type DevServer,
  type DevServerOptions,
  startDevServer,
} from '../../src/servers/dev-server.ts';
export { ProgramMissingError } from '../../src/servers/program.ts';
export { type PostgresServer, startPostgres } from './postgres.ts';
export { createTimeSkippingEnvironment } from './time-skipping.ts';
export { startToxiproxy, type Toxiproxy } from './toxiproxy.ts';

/**
 * Sees to it that both Temporal servers are on this machine, one after the other, with progress.
 * @throws ProgramMissingError when one cannot be had.
 */
export async function ensureTemporalServers(): Promise<void> {
  await findProgram(temporalCli);
  await findProgram(testServer);
}
