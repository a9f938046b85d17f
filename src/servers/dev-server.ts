import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { findProgram } from './find-program.ts';
import { freePort } from './free-port.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import { temporalCli } from './temporal-cli.ts';
import { probePort, waitUntilServing } from './wait-until.ts';

const HOST = '127.0.0.1';
const START_TIMEOUT_MS = 30_000;
const PROBE_TIMEOUT_MS = 2_000;
const START_ATTEMPTS = 3;
// The dev server forgets closed workflows after a day; an idempotent start must find older ones.
const RETENTION = '90 days';

/** How to start a dev server; everything has a default. */
export interface DevServerOptions {
  /** gRPC port; a free one unless given. */
  readonly port?: number;
  /** Port of the web UI; a free one unless given. */
  readonly uiPort?: number;
  /** `default` unless given. */
  readonly namespace?: string;
  /** SQLite file that keeps everything over a restart; in memory unless given. */
  readonly dbFilename?: string;
  /** Leave the web UI out. */
  readonly isHeadless?: boolean;
  /** More of the server's dynamic configuration, each as `name=JSON`. */
  readonly dynamicConfig?: readonly string[];
}

/** A running Temporal dev server. */
export type DevServer = ReturnType<typeof describe>;

/**
 * Starts Temporal's dev server on the loopback address, with settings that were
 * measured, and returns when it serves its namespace and its UI.
 * @throws ProgramMissingError when there is no such program; Error with the server's own words
 * when it does not start.
 */
export async function startDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  const program = await findProgram(temporalCli);
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const uiPort = options.uiPort ?? (await freePort());
    const args = devServerArgs({ ...options, port, uiPort });
    const server = await startServerProcess(program, args, { env: serverEnvironment });
    const devServer = describe(options, port, uiPort, server);
    try {
      await waitUntilServing('The Temporal dev server', server, START_TIMEOUT_MS, () =>
        probe(devServer),
      );
      return devServer;
    } catch (error) {
      await server.stop('SIGKILL');
      // A port found free may be taken by now: worth another try, unless the caller chose it.
      const isChosen = options.port !== undefined && options.uiPort !== undefined;
      const isTaken = server.tail().includes('address already in use');
      if (isChosen || !isTaken || attempt === START_ATTEMPTS) throw error;
    }
  }
}

type ChosenOptions = DevServerOptions & { readonly port: number; readonly uiPort: number };

function devServerArgs(options: ChosenOptions): string[] {
  const args = ['server', 'start-dev', '--ip', HOST, '--port', String(options.port)];
  if (options.isHeadless) args.push('--headless');
  else args.push('--ui-port', String(options.uiPort));
  if (options.namespace !== undefined) args.push('--namespace', options.namespace);
  if (options.dbFilename !== undefined) {
    args.push('--db-filename', options.dbFilename);
    // A killed server loses nothing so; only a power cut may cost the last moment.
    args.push('--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal');
  }
  for (const value of [...dynamicConfig, ...(options.dynamicConfig ?? [])]) {
    args.push('--dynamic-config-value', value);
  }
  return args;
}

// Its garbage is collected a quarter as often: a tenth less processor under load, for more memory.
const serverEnvironment = { GOGC: process.env.GOGC ?? '400' };

const dynamicConfig = [
  // Timers of less than a second, which would otherwise be raised to 1 s: 600 ms is 608 ms.
  'history.timerProcessorMaxTimeShift="10ms"',
  'history.timerProcessorMaxPollRPS=1000',
  // Queues polled at once instead of 20 times a second: a lone call takes 87 ms, not 200 ms.
  'history.transferProcessorMaxPollRPS=1000',
  // Priority's fairness, off by default.
  'matching.enableFairness=true',
  'matching.useNewMatcher=true',
];

function describe(
  options: DevServerOptions,
  port: number,
  uiPort: number,
  { pid, exited, tail, ...server }: ServerProcess,
) {
  return {
    ...{ port, uiPort, pid, exited, tail },
    /** `host:port` for connections. */
    address: `${HOST}:${port}`,
    namespace: options.namespace ?? 'default',
    /** Where a browser finds the UI; empty when headless. */
    uiUrl: options.isHeadless ? '' : `http://${HOST}:${uiPort}`,
    /**
     * Ends the server and waits until it is gone. `SIGKILL` is the crash: started again with the
     * same `port`, `uiPort` and `dbFilename`, it goes on where it was.
     */
    // In memory there is nothing to put away, and a clean end takes a second.
    stop: (signal: NodeJS.Signals = options.dbFilename === undefined ? 'SIGKILL' : 'SIGTERM') =>
      server.stop(signal),
  };
}

/** Throws until the namespace is served; raises its retention, the last thing that must work. */
async function probe({ address, port, namespace, uiUrl }: DevServer): Promise<void> {
  await probePort(port);
  const connection = await Connection.connect({ address, connectTimeout: PROBE_TIMEOUT_MS });
  try {
    await connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: msToTs(RETENTION) },
    });
    // The workflow service serves a namespace a little later than the registry knows it.
    await connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 });
  } finally {
    await connection.close();
  }
  if (uiUrl === '') return;
  const response = await fetch(uiUrl, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
  await response.body?.cancel();
}
