import { DatabaseSync, StatementSync } from 'node:sqlite';
import pg from 'pg';

type Method = (this: unknown, ...given: unknown[]) => unknown;

/** Where the drivers hand a statement over to its database: nothing is sent that does not pass here. */
const doors: readonly (readonly [prototype: object, methods: readonly string[]])[] = [
  [pg.Client.prototype, ['query']],
  [StatementSync.prototype, ['all', 'get', 'iterate', 'run']],
  [DatabaseSync.prototype, ['exec']],
];

/**
 * Counts from now on, for the whole process, the statements that are sent to a database, those that
 * begin and end transactions included.
 *
 * @returns how many there were so far.
 */
export function countStatements(): () => number {
  let count = 0;
  for (const [prototype, methods] of doors) {
    for (const method of methods) {
      const send = Reflect.get(prototype, method) as Method;
      const counted: Method = function (...given) {
        count += 1;
        return send.apply(this, given);
      };
      Reflect.set(prototype, method, counted);
    }
  }
  return () => count;
}
