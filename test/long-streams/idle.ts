import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { completion, literally } from '../calls/literal-server.ts';
import type { GatewayProcesses } from '../gateway/gateway-processes.ts';
import { createIdleStreams } from '../gateway/idle-streams.ts';

/** Long enough that each stream gets two comments that keep it alive. */
const idleForMs = 25_000;
const others = 100;

/** Many streams of which nothing comes, in one gateway of its own, and whether others are served meanwhile. */
export async function idleStreams(
  { provider, env, url, startGateway }: GatewayProcesses,
  streams: number,
  say: (line: string) => void,
): Promise<void> {
  // Each stream is two connections: in the gateway, and in this process, which is client and provider.
  await allowOpenFiles(2 * streams + 1000);
  const file = path.join(path.dirname(env.HOLDFAST_PROVIDERS ?? ''), 'idle.json');
  const entry = { name: 'idle', baseUrl: provider.baseUrl, maximumInFlight: 2 * streams };
  await writeFile(file, JSON.stringify([entry]));
  const gateway = await startGateway({
    HOLDFAST_PROVIDERS: file,
    HOLDFAST_GATEWAY_MAXIMUM_REQUESTS: String(2 * streams),
  });
  let seed = 0;
  const bodyOf = (more: object = {}) => {
    seed += 1;
    return JSON.stringify({ model: 'idle:m', seed, messages: [], ...more });
  };
  const idle = createIdleStreams(provider);
  await idle.open(url, () => bodyOf({ stream: true }), streams);
  say(`${streams} streams have begun: ${residentMegabytes(gateway.pid)} MB in the gateway`);
  await sleep(idleForMs);
  provider.answer(literally(200, completion('meanwhile')));
  const timesMs: number[] = [];
  for (let nth = 0; nth < others; nth += 1) {
    const startedMs = performance.now();
    const answer = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body: bodyOf() });
    assert.equal(answer.status, 200, await answer.text());
    timesMs.push(performance.now() - startedMs);
  }
  timesMs.sort((one, other) => one - other);
  const at = (share: number) => (timesMs[Math.ceil(others * share) - 1] ?? 0).toFixed(0);
  say(
    `others are served meanwhile: ${others} calls, ${at(0.5)} ms at the median, ${at(1)} ms at most`,
  );
  say(`after ${idleForMs / 1000} s of silence: ${residentMegabytes(gateway.pid)} MB`);
  assert.equal(await idle.end(), streams);
  say(`${streams} streams came to their ends`);
  await gateway.stop('SIGTERM');
}

/** Raises what this process and those that it starts may have open, where it may. */
async function allowOpenFiles(wanted: number): Promise<void> {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const [, soft = ''] = /^Max open files +(\d+)/m.exec(limits) ?? [];
  if (Number(soft) >= wanted) return;
  const raised = await execa('prlimit', [`--pid=${process.pid}`, `--nofile=${wanted}:${wanted}`], {
    reject: false,
  });
  if (!raised.failed) return;
  console.error(
    `A process may have ${soft} files open here, and so many streams need ${wanted}: run \`ulimit -n ${wanted}\` before, or have an administrator raise it; or ask for fewer, with --idle.`,
  );
  process.exit(2);
}

function residentMegabytes(pid: number): number {
  const [, kilobytes = 0] =
    /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}
