import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { codeOf } from './classify-database.ts';
import { nameRefusedColumn } from './refused-column.ts';

/**
 * What holds within one transaction only. Not parameters of the connection: PgBouncer refuses those,
 * and what one client sets on a connection of its pool, the next one would find there.
 *
 * A row that somebody else has locked fails its own statement soon: those that wait hold connections
 * that all others need.
 */
const limits = `set local lock_timeout = '500ms'; set local statement_timeout = '60s';
  set local idle_in_transaction_session_timeout = '60s'`;

/** A pool whose every statement runs in a transaction with limits: the caller's, or one of its own. */
export function carefulPool(pool: pg.Pool): PostgresPool {
  const known = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    ...{ options: pool.options, end: () => pool.end() },
    async connect() {
      const client = await pool.connect();
      const careful = known.get(client) ?? carefulClient(client);
      known.set(client, careful);
      return careful;
    },
  } as PostgresPool;
}

function carefulClient(client: pg.PoolClient): PostgresPoolClient {
  let isInTransaction = false;
  let firstError: unknown;

  async function run(text: string, values: readonly unknown[]) {
    try {
      return await client.query(text, [...values]);
    } catch (error) {
      // The transaction was lost before: what comes after only says that it is.
      if (codeOf(error) === '25P02' && firstError !== undefined) throw firstError;
      firstError ??= nameRefusedColumn(error, text);
      throw error;
    }
  }

  async function begin(text: string) {
    firstError = undefined;
    await client.query(`${text}; ${limits}`);
    isInTransaction = true;
    return { command: 'BEGIN', rowCount: 0, rows: [] };
  }

  async function end(text: string) {
    isInTransaction = false;
    return await client.query(text);
  }

  async function query(text: string, values: readonly unknown[] = []) {
    if (/^(begin|start transaction)/.test(text)) return begin(text);
    if (/^(commit|rollback)$/.test(text)) return end(text);
    if (isInTransaction) return run(text, values);
    await begin('begin');
    try {
      const result = await run(text, values);
      await end('commit');
      return result;
    } catch (error) {
      // A connection that is lost has nothing to roll back; the first error is the one to tell.
      await end('rollback').catch(() => {});
      throw error;
    }
  }

  return {
    query: query as unknown as PostgresPoolClient['query'],
    release: (isLost?: boolean) => client.release(isLost),
  } as PostgresPoolClient;
}
