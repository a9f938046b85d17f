import path from 'node:path';
import { freePort } from '../../src/servers/free-port.ts';
import { type ServerProcess, startServerProcess } from '../../src/servers/server-process.ts';
import { waitUntilServing } from '../../src/servers/wait-until.ts';
import type { CallAtProvider } from './marker.ts';

export const root = path.join(import.meta.dirname, '../..');
export const node = path.join(root, 'node_modules/.bin/node');
const startTimeoutMs = 90_000;

/** Starts a program, and waits until its address answers anything at all. */
export async function startServing(
  title: string,
  [program, ...args]: readonly [string, ...string[]],
  { port, env = {}, cwd }: { port: number; env?: Record<string, string>; cwd: string },
): Promise<ServerProcess> {
  const started = await startServerProcess(program, args, {
    ...{ env: { PATH: process.env.PATH, HOME: cwd, ...env }, extendEnv: false, cwd },
  });
  try {
    await waitUntilServing(title, started, startTimeoutMs, () =>
      fetch(`http://127.0.0.1:${port}/`),
    );
  } catch (error) {
    await started.stop('SIGKILL');
    throw error;
  }
  return started;
}

/** The provider, and what it is told and tells. */
export async function startProvider() {
  let port: number | undefined;
  const started = await startServerProcess(node, [path.join(import.meta.dirname, 'provider.ts')], {
    onLine: (line) => {
      port ??= Number(/^serves (\d+)$/.exec(line)?.[1] ?? Number.NaN);
    },
  });
  await waitUntilServing('the provider', started, startTimeoutMs, async () => {
    if (port === undefined) throw new Error('it has said no port');
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    /** @returns what it has counted of each call, by the call's id. */
    async control(what: 'reset' | 'calm' | 'record' | 'calls') {
      const answer = await fetch(`${url}/control/${what}`);
      return (await answer.json()) as Record<string, CallAtProvider>;
    },
    stop: () => started.stop(),
  };
}

export { freePort };
