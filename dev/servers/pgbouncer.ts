import { access, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { freePort } from '../../src/servers/free-port.ts';
import { startServerProcess } from '../../src/servers/server-process.ts';
import { waitUntilServing } from '../../src/servers/wait-until.ts';

const HOST = '127.0.0.1';
const START_TIMEOUT_MS = 10_000;
// Like PostgreSQL, it refuses to run as root.
const NOBODY = 65_534;

/** A running PgBouncer. */
export interface PgBouncer {
  /** `postgres://...`, for `DATABASE_URL`. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * The path of PgBouncer; `undefined` where this machine has none. It is not built: Debian and Homebrew
 * have it (`apt-get install pgbouncer`), `HOLDFAST_PGBOUNCER` names any other.
 */
export async function findPgBouncer(env = process.env): Promise<string | undefined> {
  const folders = [...(env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/opt/homebrew/bin'];
  const candidates = env.HOLDFAST_PGBOUNCER
    ? [env.HOLDFAST_PGBOUNCER]
    : folders.filter(Boolean).map((folder) => path.join(folder, 'pgbouncer'));
  for (const candidate of candidates) {
    const isThere = await access(candidate).then(
      () => true,
      () => false,
    );
    if (isThere) return candidate;
  }
  return undefined;
}

/**
 * Starts PgBouncer before a server in transaction mode, otherwise with its defaults.
 *
 * @param serverConnections of its pool: with one, all clients share one session of the server.
 */
export async function startPgBouncer(
  program: string,
  serverUrl: string,
  serverConnections: number,
): Promise<PgBouncer> {
  const { hostname, port: serverPort, username, pathname } = new URL(serverUrl);
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-pgbouncer-'));
  const port = await freePort();
  const settings = path.join(folder, 'pgbouncer.ini');
  await writeFile(
    settings,
    `[databases]
* = host=${hostname} port=${serverPort}
[pgbouncer]
listen_addr = ${HOST}
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${path.join(folder, 'users.txt')}
pool_mode = transaction
default_pool_size = ${serverConnections}
`,
  );
  await writeFile(path.join(folder, 'users.txt'), `"${username}" ""\n`);
  const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (identity.uid !== undefined) {
    for (const each of [folder, settings, path.join(folder, 'users.txt')]) {
      await chown(each, identity.uid, identity.gid);
    }
  }
  const url = `postgres://${username}@${HOST}:${port}${pathname}`;
  const server = await startServerProcess(program, [settings], { ...identity, cwd: folder });
  const stop = async () => {
    // At once: it would wait for its clients.
    await server.stop('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitUntilServing('PgBouncer', server, START_TIMEOUT_MS, async () => {
      const client = new pg.Client({ connectionString: url });
      try {
        await client.connect();
        await client.query('select 1');
      } finally {
        await client.end();
      }
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}
