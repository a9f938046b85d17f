import { type QueryExecutorProvider, sql } from 'kysely';
import { databaseNowMs } from './migrations.ts';
import type { DatabaseKind } from './open-database.ts';

/** What the database's clock says, in milliseconds: what several processes compare goes by that one. */
export async function readNowMs(
  database: QueryExecutorProvider,
  kind: DatabaseKind,
): Promise<number> {
  const { rows } = await sql<{ now: number }>`select ${databaseNowMs[kind]} as now`.execute(
    database,
  );
  return Number(rows[0]?.now);
}
