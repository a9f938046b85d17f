import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startWorker } from '../../dev/demo/worker-process.ts';
import { startDevServer } from '../../dev/servers/index.ts';
import { startProvider } from './processes.ts';

export const routes = ['after-50', 'after-5000', 'streams-20', 'strike-0'];

/** Temporal, a worker and the provider: what is there while gateways are measured. */
export async function startWorld(cleanups: AsyncDisposableStack) {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-bench-'));
  cleanups.defer(() => rm(folder, { recursive: true, force: true }));
  const provider = await startProvider();
  cleanups.defer(() => provider.stop());
  const dbFilename = path.join(folder, 'temporal.db');
  let server = await startDevServer({ isHeadless: true, dbFilename });
  cleanups.defer(() => server.stop());
  const env = {
    TEMPORAL_ADDRESS: server.address,
    // A person's own profiles stay out of it: there is no such file.
    TEMPORAL_CONFIG_FILE: path.join(folder, 'no-profiles.toml'),
    HOLDFAST_LEDGER: path.join(folder, 'ledger.db'),
    HOLDFAST_PROVIDERS: path.join(folder, 'providers.json'),
    HOLDFAST_GATEWAY_MAXIMUM_REQUESTS: '20000',
    HOLDFAST_LOG_LEVEL: 'info',
  };
  const options = { env: { ...process.env, ...env }, cwd: folder };
  const work = () => {
    const logFile = path.join(folder, `worker-${performance.now()}.log`);
    return startWorker({ ...options, logFile }, (one) => cleanups.defer(() => one.stop()));
  };
  let worker: Awaited<ReturnType<typeof work>> | undefined;
  return {
    ...{ folder, provider, env },
    address: server.address,
    async startWorker() {
      worker = await work();
    },
    /** Killed, and started again. */
    victims: () => ({
      worker: {
        ...{ killed: 'worker' as const, pid: worker?.pid ?? 0 },
        async kill() {
          await worker?.stop('SIGKILL');
          worker = await work();
        },
      },
      temporal: {
        ...{ killed: 'Temporal' as const, pid: server.pid },
        async kill() {
          const { port, uiPort } = server;
          await server.stop('SIGKILL');
          server = await startDevServer({ isHeadless: true, dbFilename, port, uiPort });
        },
      },
    }),
  };
}
