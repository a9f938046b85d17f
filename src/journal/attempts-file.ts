import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { BegunAttempt, RecordedAttempt } from '../wire/recorded-attempt.ts';

/** An attempt as it is known by now; one with an outcome has ended. */
export type KnownAttempt = BegunAttempt | RecordedAttempt;

/**
 * Attempts in a SQLite file, which survives a SIGKILL. Once open it throws nothing: what goes wrong
 * is told to the `onProblem` of {@link openLocalFile}.
 */
export type LocalFile = ReturnType<typeof openLocalFile>;

const suffix = '.attempts.db';

/** @returns the id of the worker whose file has this name; `undefined` when it is another kind of file. */
export function workerOf(name: string): string | undefined {
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : undefined;
}

/**
 * Makes the file of a worker. It has no bytes until the worker holds its lock: those who look for
 * files of dead workers pass over empty ones.
 *
 * @param maximumBytes of the whole folder, while the database is away.
 * @throws when the folder cannot be written, so that this is found at the start.
 */
export function createLocalFile(
  folder: string,
  workerId: string,
  onProblem: (error: unknown) => void,
  maximumBytes = Number.POSITIVE_INFINITY,
): LocalFile {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${workerId}${suffix}`);
  // SQLite would only say that it cannot open the file; Node says why.
  closeSync(openSync(file, 'wx'));
  const leftBytes = maximumBytes - bytesIn(folder);
  return openLocalFile(file, onProblem, Math.max(leastBytes, leftBytes));
}

/** A new worker has room for some hundred attempts, whatever those before it left. */
const leastBytes = 1024 * 1024;
const pageBytes = 4096;

function bytesIn(folder: string): number {
  const sizes = readdirSync(folder).map(
    (name) => statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0,
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Opens a file and locks it for as long as it is open. The operating system drops the lock when the
 * process dies, however it dies, and keeps it while the process is paused. Unlike a process id, it
 * cannot be mistaken for that of another container.
 *
 * @throws when the file cannot be opened, and what `isBusy` knows when a living worker has it open.
 */
export function openLocalFile(
  file: string,
  onProblem: (error: unknown) => void,
  maximumBytes = Number.POSITIVE_INFINITY,
) {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    // Locked before anything else. Only a checkpoint waits for the disk, once in a thousand pages: a
    // killed process loses no commit, a power cut those since the last checkpoint.
    database.exec(`pragma locking_mode = exclusive;
      pragma journal_mode = wal;
      pragma synchronous = normal;
      create table if not exists attempt (
        number integer primary key, has_ended integer not null, attempt text not null)`);
    // What comes then finds the file full, until some of it is forwarded: the oldest are kept.
    if (Number.isFinite(maximumBytes)) {
      database.exec(`pragma max_page_count = ${Math.floor(maximumBytes / pageBytes)}`);
    }
  } catch (error) {
    database.close();
    throw error;
  }
  const put = database.prepare('insert or replace into attempt values (?, ?, ?)');
  const read = database.prepare(
    'select number, attempt from attempt where has_ended >= ? order by number limit ?',
  );
  const forget = database.prepare(
    'delete from attempt where number in (select value from json_each(?))',
  );

  function tried(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      onProblem(error);
      return false;
    }
  }

  return {
    /** Stores attempts by their number within the file. @returns whether it could. */
    put: (attempts: ReadonlyMap<number, KnownAttempt>) =>
      tried(() => {
        database.exec('begin');
        try {
          for (const [number, attempt] of attempts) {
            put.run(number, 'outcome' in attempt ? 1 : 0, JSON.stringify(attempt));
          }
          database.exec('commit');
        } catch (error) {
          // After some errors, a full disk for one, SQLite has rolled back by itself.
          if (database.isTransaction) database.exec('rollback');
          throw error;
        }
      }),
    /** The first attempts that have ended, or of all. */
    read(which: 'ended' | 'all', atMost: number) {
      const found = new Map<number, KnownAttempt>();
      tried(() => {
        for (const row of read.iterate(which === 'ended' ? 1 : 0, atMost)) {
          found.set(Number(row.number), JSON.parse(String(row.attempt)));
        }
      });
      return found;
    },
    /** @returns whether they are out of the file. */
    forget: (numbers: Iterable<number>) => tried(() => forget.run(JSON.stringify([...numbers]))),
    /** Lets go of the file, and removes it when nothing is left in it. */
    close() {
      tried(() => {
        // Removed under the lock; SQLite does not remove the second file of one that is gone.
        const isEmpty = read.get(0, 1) === undefined;
        if (isEmpty) for (const each of [file, `${file}-wal`]) rmSync(each, { force: true });
      });
      tried(() => database.close());
    },
  };
}
