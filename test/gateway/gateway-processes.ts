import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startDevServer } from '../../src/servers/dev-server.ts';
import { freePort } from '../../src/servers/free-port.ts';
import { type ServerProcess, startServerProcess } from '../../src/servers/server-process.ts';
import { literalServer } from '../calls/literal-server.ts';
import { until } from '../support/until.ts';

const root = path.join(import.meta.dirname, '..', '..');
const node = path.join(root, 'node_modules', '.bin', 'node');
const { PATH, NODE_COMPILE_CACHE } = process.env;

/** A gateway, a worker and Temporal, each a process of its own, in front of one provider. */
export type GatewayProcesses = Awaited<ReturnType<typeof gatewayProcesses>>;

/** Starts them; what is started is stopped by `cleanups`. */
export async function gatewayProcesses(cleanups: AsyncDisposableStack) {
  const provider = await literalServer();
  cleanups.defer(() => provider.close());
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-gateway-'));
  cleanups.defer(() => rm(folder, { recursive: true }));
  const server = await startDevServer({ isHeadless: true });
  cleanups.defer(() => server.stop());
  const port = await freePort();
  const ofProvider = { family: 'openai', baseUrl: provider.baseUrl };
  // An account is its address and key: the limited one has a key of its own, or all would be limited.
  const entries = [
    { name: 'background', backgroundResponses: true, apiKeyVariable: 'OPENAI_API_KEY' },
    { name: 'limited', apiKeyVariable: 'LIMITED_API_KEY' },
  ];
  const write = (name: string, content: object) =>
    writeFile(path.join(folder, name), JSON.stringify(content));
  await write(
    'providers.json',
    entries.map((entry) => ({ ...entry, ...ofProvider })),
  );
  await write('rate-limits.json', { limited: { requestsPerMinute: 300 } });
  const env: Record<string, string> = {
    HOLDFAST_PROVIDERS: path.join(folder, 'providers.json'),
    HOLDFAST_RATE_LIMITS: path.join(folder, 'rate-limits.json'),
    TEMPORAL_ADDRESS: server.address,
    OPENAI_API_KEY: 'provider-key',
    LIMITED_API_KEY: 'limited-key',
    OPENAI_BASE_URL: provider.baseUrl,
    HOLDFAST_LEDGER: path.join(folder, 'ledger.db'),
    HOLDFAST_GATEWAY_ADDRESS: `127.0.0.1:${port}`,
  };

  async function start(
    file: string,
    args: string[],
    serving: string,
    more: Record<string, string> = {},
  ): Promise<ServerProcess> {
    let isServing = false;
    const started = await startServerProcess(node, [path.join(root, 'src', file), ...args], {
      env: { PATH, NODE_COMPILE_CACHE, HOME: '/nonexistent', ...env, ...more },
      ...{ extendEnv: false, cwd: folder },
      onLine: (line) => {
        if (line.includes(serving)) isServing = true;
      },
    });
    cleanups.defer(() => started.stop());
    await until(async () => {
      if (started.hasExited()) throw new Error(started.tail());
      return isServing || undefined;
    });
    return started;
  }

  const startWorker = () => start('serve-file.ts', [], 'worker.serving');
  const worker = await startWorker();
  return {
    ...{ provider, env, worker, startWorker },
    url: `http://127.0.0.1:${port}`,
    startGateway: (more: Record<string, string> = {}) =>
      start('holdfast.ts', ['gateway'], 'gateway.serving', more),
  };
}
