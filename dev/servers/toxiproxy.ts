import { rename } from 'node:fs/promises';
import path from 'node:path';
import { Toxiproxy as ToxiproxyClient } from 'toxiproxy-node-client';
import { findProgram } from '../../src/servers/find-program.ts';
import { freePort } from '../../src/servers/free-port.ts';
import type { Program } from '../../src/servers/program.ts';
import { goInstall } from '../../src/servers/run-build-tool.ts';
import { startServerProcess } from '../../src/servers/server-process.ts';
import { waitUntilServing } from '../../src/servers/wait-until.ts';

const VERSION = '2.12.0';
const HOST = '127.0.0.1';
const START_TIMEOUT_MS = 10_000;

/** Shopify's toxiproxy, which cuts real TCP connections when it is told to. */
export const toxiproxyServer: Program = {
  title: 'toxiproxy',
  variable: 'HOLDFAST_TOXIPROXY',
  command: 'toxiproxy-server',
  cacheName: `toxiproxy-${VERSION}`,
  buildLabel: 'building toxiproxy with Go',
  buildNote: 'Go builds it, once: half a minute.',

  async build(folder, progress) {
    await goInstall(
      {
        module: `github.com/Shopify/toxiproxy/v2/cmd/server@v${VERSION}`,
        folder,
        go: '1.23',
        instead: 'Put toxiproxy-server on PATH or name it in HOLDFAST_TOXIPROXY',
      },
      progress,
    );
    // `go install` names a program after its folder.
    await rename(path.join(folder, 'server'), path.join(folder, toxiproxyServer.command));
  },
};

/** A running toxiproxy with its proxies. */
export interface Toxiproxy {
  /** Puts a proxy in front of `port` on the loopback address; resolves to the proxy's own port. */
  proxy(name: string, port: number): Promise<number>;
  /** Cuts every connection through any of the proxies, and refuses new ones. */
  cut(): Promise<void>;
  /** Lets connections through again. */
  mend(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws ProgramMissingError when there is no such program and it cannot be built. */
export async function startToxiproxy(): Promise<Toxiproxy> {
  const program = await findProgram(toxiproxyServer);
  const port = await freePort();
  const server = await startServerProcess(program, ['-host', HOST, '-port', String(port)]);
  const client = new ToxiproxyClient(`http://${HOST}:${port}`);
  try {
    await waitUntilServing('toxiproxy', server, START_TIMEOUT_MS, () => client.getVersion());
  } catch (error) {
    await server.stop('SIGKILL');
    throw error;
  }
  const switchAll = async (enabled: boolean) => {
    const proxies = Object.values(await client.getAll());
    await Promise.all(proxies.map((proxy) => proxy.update({ ...proxy.toJson(), enabled })));
  };
  return {
    async proxy(name, upstreamPort) {
      const upstream = `${HOST}:${upstreamPort}`;
      const { listen } = await client.createProxy({ name, listen: `${HOST}:0`, upstream });
      return Number(listen.slice(listen.lastIndexOf(':') + 1));
    },
    cut: () => switchAll(false),
    mend: () => switchAll(true),
    stop: () => server.stop(),
  };
}
