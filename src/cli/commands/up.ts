import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { processEnvironment } from '../../config.ts';
import { tryLock } from '../../servers/cache.ts';
import { type DevServer, startDevServer } from '../../servers/dev-server.ts';
import { ProgramMissingError } from '../../servers/program.ts';
import { startServerProcess } from '../../servers/server-process.ts';
import { CommandError, usageError } from '../command-error.ts';
import { untilInterrupted } from '../interruption.ts';
import { assertPortFree } from '../up/port-free.ts';
import { type UpFlags, workerEnvironment, workerFile } from '../up/up-options.ts';
import { type UpView, upView } from '../up/up-view.ts';

/** Of everything that `up` keeps, in the folder where it was started. */
const dataFolder = '.holdfast';

/** `holdfast up`: Temporal's dev server and a worker, until Ctrl-C. */
export async function upCommand(flags: UpFlags): Promise<void> {
  const file = workerFile(flags.worker);
  makeDataFolder();
  using lock = tryLock(path.resolve(dataFolder), 'up');
  if (!lock) {
    throw usageError(
      `\`holdfast up\` runs in this folder already, and has ${dataFolder}; use that one, or end it with Ctrl-C first`,
    );
  }
  await assertPortFree(flags.port, '--port', 'a Temporal server');
  await assertPortFree(flags.uiPort, '--ui-port', 'its UI');
  await untilInterrupted((signal) => runUntil(signal, flags, file));
}

async function runUntil(signal: AbortSignal, flags: UpFlags, file: string | undefined) {
  const view = upView(flags.json === true || !process.stdout.isTTY);
  const server = await startTemporal(flags);
  try {
    await runWorker(signal, server, view, file);
  } finally {
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

/** Runs the worker until it or the server ends, or the signal aborts; then lets it drain. */
async function runWorker(
  signal: AbortSignal,
  server: DevServer,
  view: UpView,
  file: string | undefined,
): Promise<void> {
  let hasServed = false;
  const onLine = (line: string) => {
    view.workerLine(line);
    if (hasServed || !line.includes('"event":"worker.serving"')) return;
    hasServed = true;
    const { workflows = [] } = JSON.parse(line);
    const worker = file && path.relative(process.cwd(), file);
    view.serving({
      ...{ address: server.address, ui: server.uiUrl, data: dataFolder, workflows },
      ...(worker && { worker }),
    });
  };
  const place = {
    address: server.address,
    ui: server.uiUrl,
    profiles: path.resolve(dataFolder, 'temporal.toml'),
  };
  const worker = await startServerProcess(
    process.execPath,
    [serveFile(), ...(file ? [file] : [])],
    {
      env: workerEnvironment(processEnvironment(), place),
      extendEnv: false,
      onLine,
    },
  );
  const interrupted = new Promise<'interrupted'>((resolve) => {
    signal.addEventListener('abort', () => resolve('interrupted'), { once: true });
  });
  const ended = await Promise.race([
    interrupted,
    worker.exited.then((exitCode) => ({ exitCode })),
    server.exited.then(() => 'server' as const),
  ]);
  if (typeof ended === 'string') {
    view.ending();
    // The worker itself bounds how long its attempts may go on.
    await worker.stop('SIGTERM', ended === 'server' ? 1000 : maximumDrainMs);
  }
  if (ended === 'interrupted') return;
  throw new CommandError(
    'unreachable',
    ended === 'server'
      ? `Temporal ended by itself:\n${server.tail()}`
      : whyEnded(ended.exitCode, hasServed, file),
  );
}

function whyEnded(exitCode: number | undefined, hasServed: boolean, file: string | undefined) {
  if (hasServed) return 'the worker ended by itself; its last words are above';
  const name = file ? path.relative(process.cwd(), file) : 'the worker';
  if (exitCode !== 0) return `${name} ended before it served; why, it says above`;
  return `${name} ended before it served; a worker's file ends with \`await serve({ app, workflowsPath })\`, or exports \`app\``;
}

/** An hour: longer than any attempt. */
const maximumDrainMs = 3_600_000;

function makeDataFolder(): void {
  mkdirSync(dataFolder, { recursive: true });
  const ignore = path.join(dataFolder, '.gitignore');
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
  // Temporal's profiles: an empty one, since the user's may hold keys of a real cluster.
  writeFileSync(path.join(dataFolder, 'temporal.toml'), '[profile.default]\n');
}

function serveFile(): string {
  const name = `../../serve-file${path.extname(import.meta.url)}`;
  return fileURLToPath(new URL(name, import.meta.url));
}
