import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/database-schema.ts';
import { databaseNowMs, nextToken } from '../../database/migrations.ts';
import type { DatabaseKind } from '../../database/open-database.ts';
import { splitGeneration } from '../../wire/idempotency-key.ts';
import { changeRowIf, isUnknown } from './change-row.ts';
import type { DatedRow, OperatorStatements } from './ledger.ts';
import { type NowRow, rowFrom } from './ledger-row.ts';
import { hasPrefix, isLapsed, isOpen, listRows } from './list-rows.ts';

/** Times in the future and the past are reckoned by the database's own clock. */
export function operatorStatements(
  database: Kysely<Tables>,
  kind: DatabaseKind,
): OperatorStatements {
  const nowMs = databaseNowMs[kind];
  const select = () =>
    database.selectFrom('holdfast_effect').selectAll().select(nowMs.as('now_ms'));

  const changeByHand = changeRowIf(
    database,
    kind,
    sql<boolean>`(${isUnknown} or ${isLapsed(kind)})`,
  );

  return {
    async list(filter) {
      const rows = await listRows(database, kind, filter).execute();
      return rows.map(datedRow);
    },

    async latest(key) {
      const row = await select()
        .where('key', '=', splitGeneration(key).first)
        .orderBy('generation', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && datedRow(row);
    },

    settleByHand: (row, result) => changeByHand(row, { state: 'succeeded', result, failure: null }),
    failByHand: (row, failure) =>
      changeByHand(row, { state: 'failed', failure: JSON.stringify(failure) }),

    async raiseGeneration(row) {
      const { first, generation } = splitGeneration(row.key);
      const { numInsertedOrUpdatedRows } = await database
        .insertInto('holdfast_effect')
        .values({
          key: first,
          generation: generation + 1,
          effect: row.effect,
          fingerprint: row.fingerprint,
          // Released: the claim that comes brings its own request.
          request: row.request,
          api_version: row.apiVersion ?? null,
          state: 'released',
          token: nextToken[kind],
          in_doubt: 0,
          first_sent_at_ms: nowMs,
          lease_until_ms: nowMs,
          claimed_at_ms: nowMs,
          created_at_ms: nowMs,
          updated_at_ms: nowMs,
        })
        .onConflict((conflict) => conflict.columns(['key', 'generation']).doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },

    async remove(key, unchangedSinceMs) {
      const { first } = splitGeneration(key);
      const { numDeletedRows } = await database
        .deleteFrom('holdfast_effect')
        .where('key', '=', first)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('holdfast_effect as other')
                .select('other.key')
                .where('other.key', '=', first)
                .where(({ or, eb }) =>
                  or([
                    eb('other.state', 'in', ['started', 'unknown']),
                    // Raised by a person, and not done yet.
                    eb.and([eb('other.state', '=', 'released'), eb('other.generation', '>', 1)]),
                    eb('other.updated_at_ms', '>', unchangedSinceMs),
                  ]),
                ),
            ),
          ),
        )
        .executeTakeFirst();
      return Number(numDeletedRows);
    },

    async removeAttempts(olderThanMs, { limit, dryRun }) {
      // By the workers' clocks, as they wrote it: a retention of days does not mind.
      const isOld = sql<boolean>`started_at_ms < (select ${nowMs}) - ${sql.lit(olderThanMs)}`;
      if (dryRun) {
        const counted = await database
          .selectFrom('holdfast_attempt')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where(isOld)
          .executeTakeFirstOrThrow();
        return Number(counted.count);
      }
      const { numDeletedRows } = await database
        .deleteFrom('holdfast_attempt')
        .where('attempt_id', 'in', ({ selectFrom }) =>
          selectFrom('holdfast_attempt')
            .select('attempt_id')
            .where(isOld)
            .orderBy('started_at_ms')
            .limit(limit),
        )
        .executeTakeFirst();
      return Number(numDeletedRows);
    },

    async listDoubts(keyPrefix, { olderThanMs, limit, after = '' }) {
      const rows = await database
        .selectFrom('holdfast_doubt')
        .select('owner')
        .where('owner', '>', after)
        .where(sql<boolean>`since_ms < (select ${nowMs}) - ${sql.lit(olderThanMs)}`)
        .where(sql<boolean>`substr(owner, 1, ${sql.lit(keyPrefix.length)}) = ${keyPrefix}`)
        .orderBy('owner')
        .limit(limit)
        .execute();
      return rows.map(({ owner }) => owner);
    },

    async removeDoubts(owners) {
      if (owners.length === 0) return;
      await database.deleteFrom('holdfast_doubt').where('owner', 'in', owners).execute();
    },

    async doubtOwners(owners, sinceMs) {
      await database
        .insertInto('holdfast_doubt')
        .values(owners.map((owner) => ({ owner, since_ms: sinceMs })))
        .onConflict((conflict) =>
          conflict
            .column('owner')
            .doUpdateSet({ since_ms: sql`excluded.since_ms` })
            .where(sql<boolean>`holdfast_doubt.since_ms > excluded.since_ms`),
        )
        .execute();
    },

    async doubtReleased(keyPrefix, sinceMs) {
      const { numUpdatedRows } = await database
        .updateTable('holdfast_effect')
        // Taken over by the next claim, as after a worker that died.
        .set({ state: 'started', in_doubt: 1, first_sent_at_ms: sinceMs, lease_until_ms: nowMs })
        .where('state', '=', 'released')
        .where(isOpen)
        .where(hasPrefix(kind, keyPrefix))
        .executeTakeFirst();
      return Number(numUpdatedRows);
    },
  };
}

function datedRow(row: NowRow): DatedRow {
  return { ...rowFrom(row), createdAtMs: row.created_at_ms, updatedAtMs: row.updated_at_ms };
}
