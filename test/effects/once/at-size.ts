import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../../src/database/database-schema.ts';
import type { DatabaseKind } from '../../../src/database/open-database.ts';

/**
 * Fills the ledger with orders of three effects, one a second until now, all done but one in a thousand.
 *
 * @param orders a third of the rows.
 */
export async function fillLedger(
  database: Kysely<Tables>,
  kind: DatabaseKind,
  orders: number,
): Promise<void> {
  const series =
    kind === 'postgres'
      ? sql`generate_series(1, ${sql.lit(orders)}) as nth (n)`
      : sql`(with recursive counted (n) as (select 1 union all
          select n + 1 from counted where n < ${sql.lit(orders)}) select n from counted)`;
  const nowMs = Date.now();
  for (const effect of ['save', 'charge', 'ticket']) {
    const at = sql`${sql.lit(nowMs)} - (${sql.lit(orders)} - n) * 1000`;
    await database.transaction().execute(async (transaction) => {
      if (kind === 'postgres') await sql`set local statement_timeout = 0`.execute(transaction);
      await sql`insert into holdfast_effect ("key", generation, effect, fingerprint, request,
        api_version, state, token, in_doubt, first_sent_at_ms, claimed_at_ms, lease_until_ms,
        result, created_at_ms, updated_at_ms)
      select 'prod/order-' || n || ':' || ${sql.lit(effect)} ||
        case when ${sql.lit(effect)} = 'ticket' and n % 100 = 0 then '.s' || n % 1000 else '' end, 1, ${sql.lit(effect)}, 'v1:f',
        '{"amount":12000,"customer":"cus_1"}', null,
        case when n % 1000 = 0 then 'unknown' else 'succeeded' end, n, 0, ${at}, ${at}, ${at},
        '{"chargeId":"pi_' || n || '"}', ${at}, ${at} from ${series}`.execute(transaction);
    });
  }
  // As PostgreSQL does by itself, and SQLite never.
  if (kind === 'postgres') await sql`analyze holdfast_effect`.execute(database);
}
