import { type RawBuilder, sql } from 'kysely';
import { databaseNowMs } from '../database/migrations.ts';
import type { OpenDatabase } from '../database/open-database.ts';
import type { SharedRates } from '../wire/shared-rate.ts';

/** The shared rates of all processes of one database. Each method throws what the database throws. */
export interface RateBoard extends SharedRates {
  /** Forgets accounts whose rates have been whole for an hour: names of models are anybody's. */
  readonly prune: () => Promise<void>;
}

const forgottenMs = 3_600_000;

/**
 * The board in a database that has been migrated: of each rate the moment from which it is whole
 * again. One statement looks and takes, so that no two processes ever believe that there was room.
 */
export function rateBoard({ database, kind }: Pick<OpenDatabase, 'database' | 'kind'>): RateBoard {
  const now = databaseNowMs[kind];
  const later = sql.raw(kind === 'postgres' ? 'greatest' : 'max');
  const time = (milliseconds: number) => sql<number>`cast(${milliseconds} as double precision)`;
  const columns = ['requests', 'tokens'] as const;
  const wholeAt = (name: (typeof columns)[number]) => sql.ref(`holdfast_rate.${name}_whole_at_ms`);
  const valuesOf = (of: (name: (typeof columns)[number]) => RawBuilder<number>) => ({
    requests_whole_at_ms: of('requests'),
    tokens_whole_at_ms: of('tokens'),
  });

  return {
    async take(account, shares) {
      const cost = (name: (typeof columns)[number]) => time(shares[name]?.costMs ?? 0);
      const { numInsertedOrUpdatedRows } = await database
        .insertInto('holdfast_rate')
        .values({ account, ...valuesOf((name) => sql<number>`${now} + ${cost(name)}`) })
        .onConflict((conflict) =>
          conflict
            .column('account')
            .doUpdateSet(
              valuesOf((name) => sql<number>`${later}(${wholeAt(name)}, ${now}) + ${cost(name)}`),
            )
            .where(({ and }) =>
              and(
                columns.flatMap((name) => {
                  const share = shares[name];
                  return share
                    ? [sql<boolean>`${wholeAt(name)} <= ${now} + ${time(share.aheadMs)}`]
                    : [];
                }),
              ),
            ),
        )
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows === 1n) return 0;
      const row = await database
        .selectFrom('holdfast_rate')
        .select(['requests_whole_at_ms', 'tokens_whole_at_ms', now.as('now_ms')])
        .where('account', '=', account)
        .executeTakeFirst();
      if (!row) return 1;
      const waits = columns.map((name) => {
        const share = shares[name];
        return share ? row[`${name}_whole_at_ms`] - Number(row.now_ms) - share.aheadMs : 0;
      });
      return Math.max(1, Math.ceil(Math.max(...waits)));
    },
    async correct(account, shares) {
      await database
        .updateTable('holdfast_rate')
        .set(valuesOf((name) => sql<number>`${wholeAt(name)} + ${time(shares[name]?.costMs ?? 0)}`))
        .where('account', '=', account)
        .execute();
    },
    async prune() {
      const isWhole = (name: (typeof columns)[number]) =>
        sql<boolean>`${wholeAt(name)} < ${now} - ${sql.lit(forgottenMs)}`;
      await database
        .deleteFrom('holdfast_rate')
        .where(({ and }) => and(columns.map(isWhole)))
        .execute();
    },
  };
}
