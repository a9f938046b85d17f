import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import {
  type DevServer,
  type PostgresServer,
  startDevServer,
  startPostgres,
} from '../../dev/servers/index.ts';
import { variables } from '../../dev/variables.ts';
import { workflowBundle } from '../../src/worker/workflow-bundle.ts';

/** What all groups run on. */
export interface Stage {
  readonly folder: string;
  readonly client: Client;
  readonly temporal: () => DevServer;
  /** Kills the Temporal server, and starts it again on its file. */
  readonly crashTemporal: () => Promise<void>;
  readonly restartTemporal: () => Promise<void>;
  readonly postgres: PostgresServer;
  /** The bundle of the test's own workflow. */
  readonly bundle: string;
  /** For worker processes: this one's, without what would configure Holdfast. */
  readonly env: NodeJS.ProcessEnv;
}

/** Starts Temporal on a file, and PostgreSQL; each is registered with `cleanups` at once. */
export async function startStage(cleanups: AsyncDisposableStack): Promise<Stage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-crash-'));
  const options = { recursive: true, force: true, maxRetries: 10 };
  cleanups.defer(() => rm(folder, options));
  // A group that was given up may still write: once more when all is over.
  process.once('exit', () => rmSync(folder, options));
  const dbFilename = path.join(folder, 'temporal.db');
  const [bundle, postgres] = await Promise.all([
    writeBundle(folder),
    startPostgres().then((server) => {
      cleanups.defer(() => server.stop());
      return server;
    }),
  ]);
  let temporal = await startDevServer({ dbFilename, isHeadless: true });
  cleanups.defer(() => temporal.stop('SIGKILL'));
  const connection = await Connection.connect({ address: temporal.address });
  cleanups.defer(() => connection.close());
  const kept = Object.entries(process.env).filter(
    ([name]) => !(name in variables.shape || name.startsWith('TEMPORAL_')),
  );
  return {
    folder,
    client: new Client({ connection, namespace: temporal.namespace }),
    temporal: () => temporal,
    crashTemporal: () => temporal.stop('SIGKILL'),
    async restartTemporal() {
      const { port, uiPort } = temporal;
      temporal = await startDevServer({ dbFilename, port, uiPort, isHeadless: true });
    },
    postgres,
    bundle,
    env: Object.fromEntries(kept),
  };
}

async function writeBundle(folder: string): Promise<string> {
  const bundle = await workflowBundle(path.join(import.meta.dirname, 'one-effect.ts'));
  assert.ok('code' in bundle);
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, 'one-effect.js');
  await writeFile(file, bundle.code);
  return file;
}
