import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { loadConfig, processEnvironment } from '../../config.ts';
import { type DevServer, startDevServer } from '../../servers/dev-server.ts';
import { ProgramMissingError } from '../../servers/program.ts';
import { probePort } from '../../servers/wait-until.ts';
import { CommandError, usageError } from '../command-error.ts';
import { untilAborted, untilInterrupted } from '../interruption.ts';
import {
  dataFolder,
  lockDataFolder,
  makeDataFolder,
  profilesFile,
  tellAddress,
} from '../up/data-folder.ts';
import { type ServingProcess, serveFile, startServing } from '../up/serving-process.ts';
import { type UpFlags, workerEnvironment, workerFile } from '../up/up-options.ts';
import { type UpView, upView } from '../up/up-view.ts';

/** `holdfast up`: Temporal's dev server, a worker and the gateway, until Ctrl-C. */
export async function upCommand(flags: UpFlags): Promise<void> {
  const file = workerFile(flags.worker);
  makeDataFolder();
  using lock = lockDataFolder();
  if (!lock) {
    throw usageError(
      `\`holdfast up\` runs in this folder already, and has ${dataFolder}; use that one, or end it with Ctrl-C first`,
    );
  }
  await assertPortFree(flags.port, 'name another one with --port', 'a Temporal server');
  await assertPortFree(flags.uiPort, 'name another one with --ui-port', 'its UI');
  if (flags.gateway) {
    const mend = 'set HOLDFAST_GATEWAY_ADDRESS, or leave it out with --no-gateway';
    await assertPortFree(gatewayPort(), mend, 'the gateway');
  }
  await untilInterrupted((signal) => runUntil(signal, flags, file));
}

async function runUntil(signal: AbortSignal, flags: UpFlags, file: string | undefined) {
  const view = upView(flags.json === true || !process.stdout.isTTY);
  const server = await startTemporal(flags);
  const forget = tellAddress(server.address);
  try {
    if (!signal.aborted) await runProcesses(signal, server, view, { ...flags, file });
  } finally {
    forget();
    await server.stop();
  }
}

async function startTemporal({ port, uiPort }: UpFlags): Promise<DevServer> {
  try {
    return await startDevServer({ port, uiPort, dbFilename: `${dataFolder}/temporal.db` });
  } catch (error) {
    if (error instanceof ProgramMissingError) {
      throw new CommandError('unreachable', error.message, { cause: error });
    }
    throw new CommandError('unreachable', `Temporal does not start: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Runs worker and gateway until one of them or the server ends, or the signal aborts. */
async function runProcesses(
  signal: AbortSignal,
  server: DevServer,
  view: UpView,
  { gateway: withGateway, file }: { readonly gateway: boolean; readonly file: string | undefined },
): Promise<void> {
  const env = workerEnvironment(processEnvironment(), {
    address: server.address,
    ui: server.uiUrl,
    profiles: path.resolve(profilesFile),
  });
  const worker = await startServing({
    ...{ args: [serveFile(), ...(file ? [file] : [])], event: 'worker.serving', env },
    onLine: (line) => view.line(line, 'worker'),
  });
  let gateway: ServingProcess | undefined;
  const gatewayEnds = worker.serving.then(async ({ workflows }) => {
    // After the worker, which brings the tables of both up to date.
    if (withGateway) gateway = await startGateway(env, view);
    const serving = gateway && (await Promise.race([gateway.serving, gateway.exited]));
    if (gateway && !gateway.hasServed()) return 'gateway' as const;
    view.serving({
      ...{ address: server.address, ui: server.uiUrl, data: dataFolder },
      workflows: workflows as string[],
      ...(file && { worker: path.relative(process.cwd(), file) }),
      ...(serving && { gateway: String(Object(serving).url) }),
    });
    await (gateway?.exited ?? new Promise<never>(() => {}));
    return 'gateway' as const;
  });
  const interrupted = untilAborted(signal).then(() => 'interrupted' as const);
  const ended = await Promise.race([
    ...[interrupted, gatewayEnds],
    worker.exited.then((exitCode) => ({ exitCode })),
    server.exited.then(() => 'server' as const),
  ]);
  view.ending();
  // They themselves bound how long what they have begun may go on.
  const graceMs = ended === 'server' ? 1000 : maximumDrainMs;
  await Promise.all([gateway?.stop('SIGINT', graceMs), worker.stop('SIGTERM', graceMs)]);
  if (ended === 'interrupted') return;
  const served = gateway?.hasServed() ? 'ended by itself' : 'does not start';
  const words = {
    server: () => `Temporal ended by itself:\n${server.tail()}`,
    gateway: () => `the gateway ${served}; why, it says above. --no-gateway leaves it out`,
  };
  throw new CommandError(
    'unreachable',
    typeof ended === 'string' ? words[ended]() : whyEnded(ended.exitCode, worker.hasServed(), file),
  );
}

/** The gateway is a command of this same program. */
function startGateway(env: NodeJS.ProcessEnv, view: UpView): Promise<ServingProcess> {
  return startServing({
    ...{ args: [process.argv[1] ?? '', 'gateway', '--json'], event: 'gateway.serving', env },
    onLine: (line) => view.line(line, 'gateway'),
  });
}

function whyEnded(exitCode: number | undefined, hasServed: boolean, file: string | undefined) {
  if (hasServed) return 'the worker ended by itself; its last words are above';
  const name = file ? path.relative(process.cwd(), file) : 'the worker';
  if (exitCode !== 0) return `${name} ended before it served; why, it says above`;
  return `${name} ended before it served; a worker's file ends with \`await serve({ app, workflowsPath })\`, or exports \`app\``;
}

/** An hour: longer than any attempt. */
const maximumDrainMs = 3_600_000;

function gatewayPort(): number {
  return Number(loadConfig().HOLDFAST_GATEWAY_ADDRESS.split(':').at(-1));
}

/** How long what listens there may take to say that it is a Temporal server. */
const answerTimeoutMs = 2000;
/** The server of an `up` that was killed is gone a moment later than that. */
const dyingMs = 1000;
const pollMs = 100;

/**
 * Makes sure that nothing listens on a port of this machine.
 *
 * @param mend what to do when it is not.
 * @param wanted what was to listen there.
 * @throws CommandError `usage` saying whether what listens is a Temporal server.
 */
async function assertPortFree(port: number, mend: string, wanted: string): Promise<void> {
  for (const deadlineMs = Date.now() + dyingMs; Date.now() < deadlineMs; await sleep(pollMs)) {
    const isTaken = await probePort(port).then(
      () => true,
      () => false,
    );
    if (!isTaken) return;
  }
  if (await isTemporal(port)) {
    throw usageError(`a Temporal server runs at 127.0.0.1:${port} already; end it, or ${mend}`);
  }
  throw usageError(`another program has port ${port}, where ${wanted} was to be; ${mend}`);
}

async function isTemporal(port: number): Promise<boolean> {
  try {
    const connection = await Connection.connect({
      address: `127.0.0.1:${port}`,
      connectTimeout: answerTimeoutMs,
    });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}
