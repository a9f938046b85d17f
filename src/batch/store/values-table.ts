import type { DatabaseKind } from '../../database/open-database.ts';

/** A column of a table of values, with its type in PostgreSQL, which takes each for a text otherwise. */
export type ValuesColumn = readonly [name: string, type: 'bigint' | 'integer' | 'text' | 'bytea'];

/**
 * Many rows as a table of one statement, in SQL that both databases take: `v (...) as (values ...)`,
 * for its `with`. Places for further values follow on those of the rows.
 *
 * @param name of the table.
 * @param first how many values the statement has before them.
 */
export function valuesTable(
  kind: DatabaseKind,
  columns: readonly ValuesColumn[],
  rows: readonly (readonly unknown[])[],
  name = 'v',
  first = 0,
) {
  const place = placesFor(kind);
  const lines = rows.map((_, row) => {
    const places = columns.map(([, type], column) => {
      const nth = place(first + row * columns.length + column);
      // What the first row says holds for all.
      return kind === 'postgres' && row === 0 ? `${nth}::${type}` : nth;
    });
    return `(${places.join(', ')})`;
  });
  return {
    text: `${name} (${columns.map(([name]) => name).join(', ')}) as (values ${lines.join(', ')})`,
    values: rows.flat(),
    /** The place of the nth value after them, counted from 0. */
    after: (nth: number) => place(first + rows.length * columns.length + nth),
  };
}

/** Names the nth value of a statement, counted from 0. */
export function placesFor(kind: DatabaseKind): (nth: number) => string {
  return kind === 'postgres' ? (nth) => `$${nth + 1}` : () => '?';
}
