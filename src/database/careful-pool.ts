import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { codeOf } from './classify-database.ts';
import { nameRefusedColumn } from './refused-column.ts';

/**
 * A row that somebody else has locked fails its own statement soon: those that wait hold connections
 * that all others need.
 */
const limits = {
  lock_timeout: '500ms',
  statement_timeout: '60s',
  idle_in_transaction_session_timeout: '60s',
};
const setting = (how: string) =>
  Object.entries(limits)
    .map(([name, value]) => `${how} ${name} = '${value}'`)
    .join('; ');

/** A pool whose every statement has limits: of its connection, or of its transaction. */
export function carefulPool(pool: pg.Pool): PostgresPool {
  const known = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    ...{ options: pool.options, end: () => pool.end() },
    async connect() {
      const client = await pool.connect();
      const careful = known.get(client) ?? carefulClient(client, await isAlone(client));
      known.set(client, careful);
      return careful;
    },
  } as PostgresPool;
}

/**
 * Whether the server's session is this client's alone: then the limits are set in it, once. A pooler
 * such as PgBouncer refuses them as parameters of the connection, and what one client sets, the next
 * one would find there; it gives its clients a number of its own, which is no process of the server.
 */
async function isAlone(client: pg.PoolClient): Promise<boolean> {
  try {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const { processID } = client as unknown as { processID: number };
    if (rows[0]?.pid !== processID) return false;
    await client.query(setting('set'));
    return true;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

function carefulClient(client: pg.PoolClient, isOwn: boolean): PostgresPoolClient {
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
    await client.query(isOwn ? text : `${text}; ${setting('set local')}`);
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
    if (isOwn) {
      firstError = undefined;
      return run(text, values);
    }
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
