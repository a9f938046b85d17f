import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { ServerProcess } from '../../src/servers/server-process.ts';
import { demoProvider } from '../sandbox/demo-faults.ts';
import type { DecideModelFault } from '../sandbox/fault-plan.ts';
import { type Sandbox, startSandbox } from '../sandbox/index.ts';
import { type DevServer, startDevServer } from '../servers/index.ts';
import {
  type DemoFiles,
  demoFiles,
  revokedProvider,
  sandboxProvider,
  workerEnvironment,
} from './worker-environment.ts';
import { startWorker } from './worker-process.ts';

/** Everything the demo runs on: all of it on this machine, all of it gone afterwards. */
export interface World {
  readonly temporal: DevServer;
  readonly sandbox: Sandbox;
  readonly client: Client;
  readonly files: DemoFiles;
  /** The worker that runs now. */
  readonly worker: () => ServerProcess;
  /** Ends the worker as a crash would. */
  readonly crashWorker: () => Promise<void>;
  /** Starts another, and waits until it serves. */
  readonly restartWorker: () => Promise<void>;
}

/** What differs between the demos. */
export interface WorldOptions {
  readonly faults: DecideModelFault;
  /** Whether the worker calls the user's own model, not the sandbox's. */
  readonly ownModel?: boolean;
}

/**
 * Starts Temporal, the sandbox and the worker. What was started is registered with `cleanups` as
 * soon as it runs, so that it is stopped whatever happens next.
 */
export async function startWorld(
  cleanups: AsyncDisposableStack,
  { faults, ownModel = false }: WorldOptions,
): Promise<World> {
  const files = demoFiles(await temporaryFolder(cleanups));
  const [temporal, sandbox] = await Promise.all([
    startDevServer({ dbFilename: files.temporal }).then((server) => {
      // Its database goes with the folder: nothing to put away.
      cleanups.defer(() => server.stop('SIGKILL'));
      return server;
    }),
    startSandbox({
      model: {
        faults,
        validKeys: [demoProvider.validKey],
        knownModels: [demoProvider.knownModel],
      },
    }).then((started) => {
      cleanups.defer(() => started.stop());
      return started;
    }),
  ]);
  const connection = await Connection.connect({ address: temporal.address });
  cleanups.defer(() => connection.close());
  const client = new Client({ connection, namespace: temporal.namespace, identity: 'npm start' });

  const { baseUrl } = sandbox.model;
  const providers = [sandboxProvider, revokedProvider].map((entry) => ({ ...entry, baseUrl }));
  await writeFile(files.providers, JSON.stringify(providers));
  await writeFile(files.profiles, '[profile.default]\n');
  const env = workerEnvironment(temporal, sandbox, files, process.env, ownModel);
  const start = () =>
    startWorker({ env, cwd: path.dirname(files.ledger), logFile: files.workerLog }, (process) => {
      cleanups.defer(() => process.stop());
    });
  let worker = await start();
  return {
    temporal,
    sandbox,
    client,
    files,
    worker: () => worker,
    crashWorker: () => worker.stop('SIGKILL'),
    async restartWorker() {
      worker = await start();
    },
  };
}

async function temporaryFolder(cleanups: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-demo-'));
  const options = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 };
  cleanups.defer(() => rm(folder, options));
  // Also for a process that exits without cleaning up: at a second Ctrl-C.
  process.once('exit', () => rmSync(folder, options));
  return folder;
}
