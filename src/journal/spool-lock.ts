import { DatabaseSync } from 'node:sqlite';

/** Held by a living process; the operating system drops it when the process dies, however it dies. */
export interface SpoolLock {
  readonly release: () => void;
}

/**
 * Takes a lock on a file, or finds that a living process holds it. Node has no file locks, but
 * SQLite has: an exclusive transaction on an empty database that is never written. Unlike a process
 * id in a file it cannot be mistaken for another process's, also between containers on one volume.
 */
export function takeSpoolLock(path: string): SpoolLock | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // Nothing is ever written: no file beside it.
    database.exec('pragma journal_mode = memory; begin exclusive');
  } catch {
    database.close();
    return undefined;
  }
  return { release: () => database.close() };
}
