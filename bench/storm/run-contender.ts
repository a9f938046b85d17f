import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sandboxProvider } from '../../dev/demo/worker-environment.ts';
import { type DevServer, startDevServer } from '../../dev/servers/index.ts';
import { type Child, startChild } from './child.ts';
import type { Contender } from './contenders.ts';
import { cpuSecondsOf } from './cpu-time.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { Progress } from './parent.ts';
import { idealMs, patience, type Storm } from './storm.ts';
import { createWorkers } from './workers.ts';

const bench = path.dirname(import.meta.dirname);

/** Lets one contender through the storm: a fresh provider, a fresh server, and no other contender. */
export async function runContender(
  contender: Contender,
  storm: Storm,
  onProgress: (progress: Progress, elapsedMs: number) => void,
): Promise<Outcome> {
  const children: Pick<Child, 'stop'>[] = [];
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-storm-'));
  let temporal: DevServer | undefined;
  try {
    const provider = startChild(path.join(bench, 'storm/provider.ts'), [JSON.stringify(storm)]);
    children.push(provider);
    const { baseUrl = '' } = await provider.next('ready');
    const providersFile = path.join(folder, 'providers.json');
    await writeFile(providersFile, JSON.stringify([{ ...sandboxProvider, baseUrl }]));
    if (contender.temporal) temporal = await startDevServer({ isHeadless: true });
    const env = {
      OPENAI_BASE_URL: baseUrl,
      OPENAI_API_KEY: 'sk-storm',
      STORM_CALLS: String(storm.calls),
      STORM_POLICIES: JSON.stringify(contender.policies ?? {}),
      ...(temporal && {
        TEMPORAL_ADDRESS: temporal.address,
        TEMPORAL_NAMESPACE: temporal.namespace,
        // A person's own profiles stay out of it: there is no such file.
        TEMPORAL_CONFIG_FILE: path.join(bench, 'no-profiles.toml'),
      }),
    };
    const workers = createWorkers(contender, {
      folder,
      env: { ...process.env, ...env, HOLDFAST_PROVIDERS: providersFile },
    });
    children.push(workers);
    await workers.start();
    const client = startChild(path.join(bench, contender.program), [], env);
    children.push(client);
    await client.next('ready');
    provider.tell({ kind: 'go' });
    client.tell({ kind: 'go' });
    workers.go();
    const cpuBefore = temporal ? cpuSecondsOf(temporal.pid) : 0;
    const { progress, elapsedMs } = await untilEnd(client, storm, onProgress);
    const serverCpuSeconds = temporal ? cpuSecondsOf(temporal.pid) - cpuBefore : 0;
    provider.tell({ kind: 'report' });
    const { stats } = await provider.next('stats');
    return outcomeOf(contender, storm, stats, progress, elapsedMs, serverCpuSeconds);
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await temporal?.stop();
    if (!process.env.STORM_KEEP) await rm(folder, { recursive: true, force: true });
  }
}

async function untilEnd(
  client: Child,
  storm: Storm,
  onProgress: (progress: Progress, elapsedMs: number) => void,
): Promise<{ progress: Progress; elapsedMs: number }> {
  const startedMs = performance.now();
  const stopMs = idealMs(storm) * patience;
  let progress: Progress = { done: 0, lost: 0 };
  while (true) {
    const elapsedMs = performance.now() - startedMs;
    const isOver = progress.done + progress.lost >= storm.calls || elapsedMs >= stopMs;
    if (isOver) return { progress, elapsedMs };
    // A contender says how far it is four times a second; one that has stopped saying is not awaited.
    const silence = new AbortController();
    const unchanged = sleep(stopMs - elapsedMs, progress, { signal: silence.signal });
    unchanged.catch(() => {});
    progress = await Promise.race([client.next('progress'), unchanged]);
    silence.abort();
    onProgress(progress, performance.now() - startedMs);
  }
}
