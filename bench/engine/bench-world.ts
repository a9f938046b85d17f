import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { startDevServer } from '../../dev/servers/index.ts';
import { startComplete } from '../../src/client.ts';
import { freePort } from '../../src/servers/free-port.ts';
import { type Child, startChild } from '../storm/child.ts';
import { cpuSecondsOf } from '../storm/cpu-time.ts';
import { concurrentCalls } from './settings.ts';

/** One of the two ways in which a call is made. */
export interface Way {
  readonly name: 'bare' | 'complete';
  /** Of its worker. */
  readonly pid: number;
  /** Starts the nth call of all and waits for its answer. */
  readonly call: (nth: number, answerMs: number) => Promise<unknown>;
}

/** Everything that is measured: one server, one provider, one worker for each way. */
export interface BenchWorld extends AsyncDisposable {
  readonly serverPid: number;
  readonly ways: readonly Way[];
  /** Heartbeats that Holdfast's worker has sent to the server so far. */
  readonly heartbeats: () => Promise<number>;
}

async function endGently(pid: number): Promise<void> {
  process.kill(pid, 'SIGTERM');
  while (cpuSecondsOf(pid) > 0) await sleep(100);
}

/** How it is started. */
export interface BenchWorldOptions {
  /** After how long the provider answers. */
  readonly answersMs: readonly number[];
  /** For the workers: `--cpu-prof`. */
  readonly nodeArgs: readonly string[];
  /** Holdfast's worker serves its metrics, which the bare one has none of. */
  readonly countsHeartbeats?: boolean;
}

/** Starts it. */
export async function startBenchWorld({
  answersMs,
  nodeArgs,
  countsHeartbeats = false,
}: BenchWorldOptions): Promise<BenchWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-engine-'));
  const server = await startDevServer({ isHeadless: true });
  const children: Child[] = [];
  const start = (program: string, env: Readonly<Record<string, string>> = {}) => {
    const child = startChild(path.join(import.meta.dirname, program), [], env);
    children.push(child);
    return child;
  };
  const provider = start('provider.ts');
  const { baseUrl: origin = '' } = await provider.next('ready');
  const baseUrlOf = (answerMs: number) => `${origin}/${answerMs}/v1`;
  const providers = answersMs.map((answerMs) => ({
    name: `after-${answerMs}`,
    baseUrl: baseUrlOf(answerMs),
    // More than the four that a server on this machine gets otherwise.
    maximumInFlight: concurrentCalls,
  }));
  await writeFile(path.join(folder, 'providers.json'), JSON.stringify(providers));
  const metrics = `127.0.0.1:${await freePort()}`;
  const env = {
    TEMPORAL_ADDRESS: server.address,
    // A person's own profiles stay out of it: there is no such file.
    TEMPORAL_CONFIG_FILE: path.join(folder, 'no-profiles.toml'),
    NODE_OPTIONS: nodeArgs.join(' '),
  };
  const bareWorker = start('bare-worker.ts', env);
  await bareWorker.next('ready');
  const ownWorker = start('holdfast-worker.ts', {
    ...env,
    HOLDFAST_PROVIDERS: path.join(folder, 'providers.json'),
    HOLDFAST_LEDGER: path.join(folder, 'ledger.db'),
    HOLDFAST_CONCURRENT_CALLS: String(concurrentCalls),
    ...(countsHeartbeats && { HOLDFAST_METRICS_ADDRESS: metrics }),
  });
  const connection = await Connection.connect({ address: server.address });
  const client = new Client({ connection });
  const prompt = (nth: number) => `Say hello to guest ${nth}`;
  return {
    serverPid: server.pid,
    ways: [
      {
        name: 'bare',
        pid: bareWorker.pid,
        call: (nth, answerMs) =>
          client.workflow.execute('bare', {
            taskQueue: 'bare',
            workflowId: `bare-${nth}`,
            args: [baseUrlOf(answerMs), prompt(nth)],
          }),
      },
      {
        name: 'complete',
        pid: ownWorker.pid,
        async call(nth, answerMs) {
          const messages = [{ role: 'user', content: prompt(nth) }] as const;
          const request = { model: `after-${answerMs}:m-1`, messages };
          const { handle } = await startComplete(client, { request }, { id: `complete-${nth}` });
          return handle.result();
        },
      },
    ],
    async heartbeats() {
      const text = await (await fetch(`http://${metrics}/metrics`)).text();
      const lines = text
        .split('\n')
        .filter((line) => /^temporal_request(_total)?\{.*RecordActivityTaskHeartbeat/.test(line));
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
    async [Symbol.asyncDispose]() {
      await connection.close();
      // A worker that ends by itself writes its profile.
      if (nodeArgs.length > 0) {
        await Promise.all([bareWorker, ownWorker].map(({ pid }) => endGently(pid)));
      }
      await Promise.all(children.map((child) => child.stop()));
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
