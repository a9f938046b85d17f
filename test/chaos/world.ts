import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { demoFiles, workerEnvironment } from '../../dev/demo/worker-environment.ts';
import { startWorker } from '../../dev/demo/worker-process.ts';
import { type Sandbox, startSandbox } from '../../dev/sandbox/index.ts';
import { startDevServer, startPostgres } from '../../dev/servers/index.ts';
import { findPgBouncer, startPgBouncer } from '../../dev/servers/pgbouncer.ts';
import type { ServerProcess } from '../../src/servers/server-process.ts';
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts';
import { gitHubFaults, stripeFaults } from './faults.ts';
import type { ProcessName, WireName } from './schedule.ts';

/** A process that may die and stand still. */
export interface Mortal {
  readonly pid: () => number;
  readonly kill: () => Promise<void>;
  readonly restart: () => Promise<void>;
}

/** All that a run needs. */
export interface ChaosWorld {
  /** Reaches Temporal past the wire that is cut. */
  readonly client: Client;
  readonly sandbox: Sandbox;
  /** Of PostgreSQL itself. */
  readonly databaseUrl: string;
  readonly hasPgBouncer: boolean;
  readonly processes: Readonly<Partial<Record<ProcessName, Mortal>>>;
  readonly wires: Readonly<Record<WireName, CuttingProxy>>;
}

const poolConnections = 8;

/**
 * @param workers how many.
 * @param amountOf what the model reads out of an order's email.
 */
export async function startChaosWorld(
  seed: number,
  workers: 1 | 2,
  amountOf: (order: string) => string,
  cleanups: AsyncDisposableStack,
): Promise<ChaosWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-chaos-'));
  cleanups.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  const files = demoFiles(folder);
  const postgres = await startPostgres();
  cleanups.defer(() => postgres.stop());
  const program = await findPgBouncer();
  const bouncer =
    program === undefined
      ? undefined
      : await startPgBouncer(program, postgres.url, poolConnections);
  if (bouncer) cleanups.defer(bouncer.stop);
  let temporal = await startDevServer({ dbFilename: files.temporal, isHeadless: true });
  cleanups.defer(() => temporal.stop('SIGKILL'));
  const sandbox = await startSandbox({
    model: { answer: ({ requestId = '' }) => answerOf(amountOf(requestId.split('/')[0] ?? '')) },
    stripe: { faults: stripeFaults(seed) },
    github: { faults: gitHubFaults(seed) },
  });
  cleanups.defer(() => sandbox.stop());

  const database = new URL(bouncer?.url ?? postgres.url);
  const wire = async (port: number | string) => {
    const proxy = await startCuttingProxy(Number(port));
    cleanups.defer(proxy.stop);
    return proxy;
  };
  const gitHub = new URL(sandbox.github.baseUrl);
  const wires = {
    'to Stripe': await wire(sandbox.stripe.port),
    'to GitHub': await wire(gitHub.port),
    'to PostgreSQL': await wire(database.port),
    'to Temporal': await wire(temporal.port),
  };
  database.port = String(wires['to PostgreSQL'].port);
  gitHub.port = String(wires['to GitHub'].port);
  await writeFile(files.profiles, '[profile.default]\n');
  const env = {
    ...workerEnvironment(temporal, sandbox, files, process.env, false),
    HOLDFAST_PROVIDERS: '',
    HOLDFAST_LEDGER: undefined,
    DATABASE_URL: database.href,
    GITHUB_BASE_URL: gitHub.href.replace(/\/$/, ''),
    STRIPE_BASE_URL: `http://127.0.0.1:${wires['to Stripe'].port}`,
    TEMPORAL_ADDRESS: `127.0.0.1:${wires['to Temporal'].port}`,
  };
  const worker = async (name: string): Promise<Mortal> => {
    // Its journal is a file of its own.
    const cwd = await mkdtemp(path.join(folder, `${name}-`));
    const logFile = path.join(folder, `${name}.log`);
    let running: ServerProcess | undefined;
    const start = () =>
      startWorker({ env, cwd, logFile }, (spawned) => {
        running = spawned;
      });
    // Temporal or PostgreSQL may be away: whoever operates it starts it again until it serves.
    const restart = async (): Promise<void> => {
      await start().catch(() => restart());
    };
    cleanups.defer(async () => running?.stop('SIGKILL'));
    await start();
    return {
      pid: () => running?.pid ?? 0,
      kill: async () => running?.stop('SIGKILL'),
      restart,
    };
  };
  const first = await worker('worker-1');
  const second = workers === 2 ? await worker('worker-2') : undefined;
  const connection = await Connection.connect({ address: temporal.address });
  cleanups.defer(() => connection.close());
  return {
    client: new Client({ connection, namespace: temporal.namespace, identity: 'ada@chaos' }),
    sandbox,
    databaseUrl: postgres.url,
    hasPgBouncer: bouncer !== undefined,
    wires,
    processes: {
      'worker-1': first,
      ...(second && { 'worker-2': second }),
      PostgreSQL: { pid: () => postgres.pid, kill: postgres.crash, restart: postgres.restart },
      Temporal: {
        pid: () => temporal.pid,
        kill: () => temporal.stop('SIGKILL'),
        restart: async () => {
          const { port, uiPort } = temporal;
          const options = { dbFilename: files.temporal, port, uiPort, isHeadless: true };
          temporal = await startDevServer(options);
        },
      },
    },
  };
}

function answerOf(amount: string): string {
  return JSON.stringify({
    items: [{ description: 'lamp', quantity: 1, unitPrice: amount }],
    total: amount,
    currency: 'EUR',
  });
}
