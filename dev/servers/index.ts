import { findProgram } from './find-program.ts';
import { temporalCli } from './temporal-cli.ts';
import { testServer } from './test-server.ts';

export { type DevServer, type DevServerOptions, startDevServer } from './dev-server.ts';
export { type PostgresServer, startPostgres } from './postgres.ts';
export { ProgramMissingError } from './program.ts';
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
