import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/database-schema.ts';
import { databaseNowMs, labelOfKey } from '../../database/migrations.ts';
import type { DatabaseKind } from '../../database/open-database.ts';
import { splitGeneration } from '../../wire/idempotency-key.ts';
import { isStarted } from './change-row.ts';
import type { RowFilter } from './ledger.ts';

/**
 * The query of a page of rows, newest change first. Whatever it filters by, an index gives the rows in
 * this order from where the page begins: it costs what a page holds, not what the ledger does.
 */
export function listRows(database: Kysely<Tables>, kind: DatabaseKind, filter: RowFilter) {
  const {
    keyPrefix,
    effect,
    orLapsed = false,
    changedBeforeMs,
    changedAfterMs,
    limit,
    after,
  } = filter;
  // As a query of its own: PostgreSQL looks up no index by a clock that moves within the statement.
  const nowMs = sql<number>`(select ${databaseNowMs[kind]})`;
  let query = database
    .with(
      // A workflow has few rows, which are sorted; no index of the order is gone through for them.
      (cte) => (isOwner(keyPrefix) ? cte('row').materialized() : cte('row')),
      (rows) => {
        const all = rows.selectFrom('holdfast_effect').selectAll();
        return isOwner(keyPrefix) ? all.where(inRange(kind, keyPrefix)) : all;
      },
    )
    .selectFrom('row')
    .selectAll()
    .select(databaseNowMs[kind].as('now_ms'));
  if (keyPrefix !== undefined) query = query.where(hasPrefix(kind, keyPrefix));
  if (effect !== undefined) {
    const [name = '', ...step] = effect.split('.');
    query = query.where('effect', '=', name);
    if (step.length > 0) {
      const label = sql.raw(labelOfKey[kind]);
      // As migration 021 has it: the index holds those that have a step.
      query = query.where(sql<boolean>`${label} <> effect and ${label} = ${effect}`);
    }
  }
  if (filter.states !== undefined) {
    const states = orLapsed ? [...filter.states, 'started' as const] : filter.states;
    query = query.where('state', 'in', states);
    // Says that the index of the few that are not done will do.
    if (!states.includes('succeeded')) query = query.where(isOpen);
    if (orLapsed && !filter.states.includes('started')) {
      query = query.where(sql<boolean>`(state <> 'started' or ${isLapsed(kind)})`);
    }
  }
  if (changedBeforeMs !== undefined) {
    query = query.where(sql<boolean>`updated_at_ms <= ${nowMs} - ${sql.lit(changedBeforeMs)}`);
  }
  if (changedAfterMs !== undefined) {
    query = query.where(sql<boolean>`updated_at_ms >= ${nowMs} - ${sql.lit(changedAfterMs)}`);
  }
  if (after !== undefined) {
    const { updatedAtMs } = after;
    const { first, generation } = splitGeneration(after.key);
    query = query.where('updated_at_ms', '<=', updatedAtMs).where(
      sql<boolean>`(updated_at_ms < ${updatedAtMs} or key > ${first}
        or (key = ${first} and generation > ${generation}))`,
    );
  }
  return query.orderBy('updated_at_ms', 'desc').orderBy('key').orderBy('generation').limit(limit);
}

/** Whoever was at it is so no longer, and has not said what became of it. */
export function isLapsed(kind: DatabaseKind) {
  return sql<boolean>`(${isStarted} and lease_until_ms <= ${databaseNowMs[kind]})`;
}

/** As the index of migration 008 has it. */
export const isOpen = sql<boolean>`state <> 'succeeded'`;

/** Not LIKE: ids may hold its wildcards. PostgreSQL knows of `^@` how many rows it leaves: mostly all. */
export function hasPrefix(kind: DatabaseKind, keyPrefix: string) {
  if (kind === 'postgres') return sql<boolean>`key ^@ ${keyPrefix}`;
  return sql<boolean>`substr(key, 1, ${sql.lit(keyPrefix.length)}) = ${keyPrefix}`;
}

/** Whether it is of one workflow, and not of a whole scope: most of the table may be that. */
function isOwner(keyPrefix: string | undefined): keyPrefix is string {
  return keyPrefix !== undefined && !keyPrefix.endsWith('/');
}

/** Byte by byte, whatever the database's language: so the index of migration 008 is sorted. */
function inRange(kind: DatabaseKind, prefix: string) {
  const end = `${prefix}\u007f`;
  return kind === 'postgres'
    ? sql<boolean>`key ~>=~ ${prefix} and key ~<~ ${end}`
    : sql<boolean>`key >= ${prefix} and key < ${end}`;
}
