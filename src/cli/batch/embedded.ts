import path from 'node:path';
import { processEnvironment } from '../../config.ts';
import { startDevServer } from '../../servers/dev-server.ts';
import { CommandError } from '../command-error.ts';
import { isServerNamed } from '../connect-telling.ts';
import {
  dataFolder,
  lockDataFolder,
  makeDataFolder,
  profilesFile,
  tellAddress,
  toldAddress,
} from '../up/data-folder.ts';
import { serveFile, startServing } from '../up/serving-process.ts';
import { workerEnvironment } from '../up/up-options.ts';

/** A server, and a worker where it is our own. */
export interface Served {
  /** What keeps it from serving any longer: rejects when server or worker end by themselves. */
  readonly broken: Promise<never>;
  /** Lets what is under way end. */
  readonly stop: () => Promise<void>;
}

/** As long as the longest attempt may take, and more. */
const drainMs = 15 * 60_000;
const keptLines = 10;

/**
 * Makes sure that there is a server: the configured one, that of this folder (`holdfast up`, another
 * batch), or one of its own with a worker, for as long as the command runs.
 */
export async function serveBatch(say: (text: string) => void): Promise<Served> {
  if (isServerNamed()) return { broken: new Promise(() => {}), stop: async () => {} };
  makeDataFolder();
  const lock = lockDataFolder();
  if (!lock) {
    const address = toldAddress();
    if (address === undefined) {
      throw new CommandError(
        'unreachable',
        `another command of this folder is just starting or ending its server; try again`,
      );
    }
    processEnvironment().TEMPORAL_ADDRESS = address;
    return { broken: new Promise(() => {}), stop: async () => {} };
  }
  say(`Starts Temporal and a worker, with their data in ${dataFolder}.`);
  const server = await startDevServer({ dbFilename: `${dataFolder}/temporal.db` });
  const last: string[] = [];
  const worker = await startServing({
    args: [serveFile()],
    event: 'worker.serving',
    env: workerEnvironment(processEnvironment(), {
      ...{ address: server.address, ui: server.uiUrl, profiles: path.resolve(profilesFile) },
    }),
    onLine(line) {
      last.push(line);
      if (last.length > keptLines) last.shift();
    },
  });
  const stop = async () => {
    await worker.stop('SIGTERM', drainMs);
    await server.stop();
    lock[Symbol.dispose]();
  };
  const broken = Promise.race([
    worker.exited.then(() => {
      throw new CommandError('unreachable', `the worker ended by itself:\n${last.join('\n')}`);
    }),
    server.exited.then(() => {
      throw new CommandError('unreachable', `Temporal ended by itself:\n${server.tail()}`);
    }),
  ]);
  broken.catch(() => {});
  try {
    await Promise.race([worker.serving, broken]);
  } catch (error) {
    await stop();
    throw error;
  }
  Object.assign(processEnvironment(), {
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_CONFIG_FILE: path.resolve(profilesFile),
  });
  const forget = tellAddress(server.address);
  return {
    broken,
    async stop() {
      forget();
      await stop();
    },
  };
}
