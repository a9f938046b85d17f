import { DatabaseSync } from 'node:sqlite';

/** Remembers in which line an id stood first. */
export interface SeenIds extends Disposable {
  /** @returns the line where the id stood before; `undefined` the first time. */
  readonly add: (id: string, line: number) => number | undefined;
}

/** Remembers ids in a temporary file, which SQLite deletes: those of a million lines are not held in memory. */
export function seenIds(): SeenIds {
  // A database without a name is such a file, as soon as it outgrows its cache.
  const database = new DatabaseSync('');
  database.exec(`pragma journal_mode = off;
    create table seen (id text primary key, line integer not null) without rowid;
    begin`);
  const insert = database.prepare('insert into seen values (?, ?) on conflict do nothing');
  const find = database.prepare('select line from seen where id = ?');
  return {
    add(id, line) {
      if (insert.run(id, line).changes === 1) return undefined;
      return Number(find.get(id)?.line);
    },
    [Symbol.dispose]: () => database.close(),
  };
}
