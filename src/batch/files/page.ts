import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { FileTables } from './file-tables.ts';

/** Which of a tenant's things are listed. */
export interface PageOf {
  readonly tenant: string;
  /** The id of the last one that was seen. */
  readonly after?: string | undefined;
  readonly limit: number;
  readonly order: 'asc' | 'desc';
}

/** A page of rows, and whether more follow. */
export interface Page<T> {
  readonly rows: readonly T[];
  readonly hasMore: boolean;
}

/** Reads a page of a tenant's rows by the time at which they were made: one more says that others follow. */
export async function readPage<T>(
  tables: Kysely<FileTables>,
  table: 'holdfast_file' | 'holdfast_client_batch',
  { tenant, after, limit, order }: PageOf,
  where: RawBuilder<boolean> = sql`1 = 1`,
): Promise<Page<T>> {
  const sign = sql.raw(order === 'asc' ? '>' : '<');
  const name = sql.table(table);
  const last = sql`(select created_at_ms, id from ${name} where id = ${after} and tenant = ${tenant})`;
  const { rows } = await sql<T>`select * from ${name} where tenant = ${tenant} and ${where}
    ${after === undefined ? sql`` : sql`and (created_at_ms, id) ${sign} ${last}`}
    order by created_at_ms ${sql.raw(order)}, id ${sql.raw(order)} limit ${limit + 1}`.execute(
    tables,
  );
  return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
}
