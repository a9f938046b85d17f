import type { Kysely } from 'kysely';

/** A write: statements that run within a transaction which other writes share. */
export type Write<Tables, Result> = (tables: Kysely<Tables>) => Promise<Result>;

interface Waiting<Tables> {
  /** @returns what tells the caller; to be called once the result is on the disk. */
  readonly run: (tables: Kysely<Tables>) => Promise<() => void>;
  readonly fail: (error: unknown) => void;
}

/**
 * Makes the function that commits writes together: those that come while one commit reaches the disk
 * are all in the next. SQLite commits one transaction at a time, and each waits for the disk; a hundred
 * requests at once wait for it once. When a commit fails its writes are made again, each alone: what is
 * wrong with one is no other's loss.
 */
export function commitTogether<Tables>(database: Kysely<Tables>) {
  let waiting: Waiting<Tables>[] = [];

  async function commit(writes: readonly Waiting<Tables>[]): Promise<void> {
    try {
      const told = await database.transaction().execute(async (tables) => {
        const all: (() => void)[] = [];
        for (const { run } of writes) all.push(await run(tables));
        return all;
      });
      for (const tell of told) tell();
    } catch (error) {
      if (writes.length > 1) for (const one of writes) await commit([one]);
      else writes[0]?.fail(error);
    }
  }

  return function write<Result>(work: Write<Tables, Result>): Promise<Result> {
    return new Promise<Result>((resolve, fail) => {
      if (waiting.length === 0) {
        setImmediate(() => {
          const writes = waiting;
          waiting = [];
          void commit(writes);
        });
      }
      const run = async (tables: Kysely<Tables>) => {
        const result = await work(tables);
        return () => resolve(result);
      };
      waiting.push({ run, fail });
    });
  };
}
