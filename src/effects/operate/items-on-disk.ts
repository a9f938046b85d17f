import { DatabaseSync } from 'node:sqlite';
import type { MarkedItem } from '../once/effect.ts';

/** What a target's list held, in the order in which it came. */
export interface ItemsOnDisk {
  /** The same item again changes nothing: lists move while they are read. */
  add(page: readonly MarkedItem[]): void;
  /** Removes the items that bear the mark, and returns them. */
  take(mark: string): readonly MarkedItem[];
  /** Those that nobody took, page by page. */
  left(): Iterable<readonly MarkedItem[]>;
  close(): void;
}

const pageSize = 500;

/** A target may hold millions: a file that SQLite removes by itself, and a few megabytes of memory. */
export function openItemsOnDisk(): ItemsOnDisk {
  const database = new DatabaseSync('');
  database.exec(`
    pragma journal_mode = off;
    pragma cache_size = -8192;
    create table item (nth integer primary key, mark text, id text, state text, done integer, unique (mark, id));
  `);
  const insert = database.prepare(
    'insert or ignore into item (mark, id, state, done) values (?, ?, ?, ?)',
  );
  const ofMark = database.prepare('select * from item where mark = ? order by nth');
  const remove = database.prepare('delete from item where mark = ?');
  const rest = database.prepare('select * from item where nth > ? order by nth limit ?');
  return {
    add(page) {
      database.exec('begin');
      for (const { mark, id, state, done } of page) insert.run(mark, id, state, done ? 1 : 0);
      database.exec('commit');
    },
    take(mark) {
      const found = ofMark.all(mark);
      if (found.length > 0) remove.run(mark);
      return found.map(itemFrom);
    },
    *left() {
      let found = rest.all(0, pageSize);
      while (found.length > 0) {
        yield found.map(itemFrom);
        found = rest.all(Number(found.at(-1)?.nth), pageSize);
      }
    },
    close: () => database.close(),
  };
}

function itemFrom(row: Readonly<Record<string, unknown>>): MarkedItem {
  return {
    ...{ mark: `${row.mark}`, id: `${row.id}`, state: `${row.state}` },
    done: row.done === 1,
  };
}
