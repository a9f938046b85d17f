import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

const LOCK_POLL_MS = 250;
const SQLITE_BUSY = 5;

/** The user's cache, outside the repository: `$XDG_CACHE_HOME/holdfast` or `~/.cache/holdfast`. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return path.join(env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'holdfast');
}

/**
 * Runs `work` while no other process holds the lock `name` in `folder`.
 * The lock is SQLite's lock on a file: the operating system drops it when its holder dies,
 * so that a killed build leaves nothing to clean up.
 */
export async function withCacheLock<T>(
  folder: string,
  name: string,
  onWait: () => void,
  work: () => Promise<T>,
): Promise<T> {
  for (let isFirst = true; ; isFirst = false) {
    using lock = tryLock(folder, name);
    if (lock) return await work();
    if (isFirst) onWait();
    await sleep(LOCK_POLL_MS);
  }
}

/** Takes the lock `name` in `folder` until it is disposed of; `undefined` where another has it. */
export function tryLock(folder: string, name: string): Disposable | undefined {
  mkdirSync(folder, { recursive: true });
  // Loaded when it is needed: Node 22 warns of it, and most commands take no lock.
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const database = new DatabaseSync(path.join(folder, `${name}.lock`));
  if (isLocked(database)) return { [Symbol.dispose]: () => database.close() };
  database.close();
  return undefined;
}

function isLocked(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
