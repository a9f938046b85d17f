import { sql } from 'kysely';
import { databaseNowMs } from '../database/migrations.ts';
import type { OpenDatabase } from '../database/open-database.ts';
import type { HoldRequest, ProviderHold } from '../wire/provider-hold.ts';

/** What persons hold, where all workers see it. Each method throws what the database throws. */
export interface HoldBoard {
  /** A hold of the same target gets another reason, and keeps its age. */
  readonly hold: (request: HoldRequest) => Promise<void>;
  /** @returns whether there was such a hold. */
  readonly release: (target: string) => Promise<boolean>;
  readonly read: () => Promise<ProviderHold[]>;
}

/** The board in a database that has been migrated. */
export function holdBoard({ database, kind }: OpenDatabase): HoldBoard {
  const nowMs = databaseNowMs[kind];
  return {
    async hold({ target, reason, by }) {
      await database
        .insertInto('holdfast_hold')
        .values({ target, reason, held_by: by, since_ms: nowMs })
        .onConflict((conflict) => conflict.column('target').doUpdateSet({ reason, held_by: by }))
        .execute();
    },
    async release(target) {
      const { numDeletedRows } = await database
        .deleteFrom('holdfast_hold')
        .where('target', '=', target)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
    async read() {
      const rows = await database
        .selectFrom('holdfast_hold')
        .select(['target', 'reason', 'held_by'])
        .select(sql<number>`${nowMs} - since_ms`.as('age_ms'))
        .orderBy('target')
        .execute();
      return rows.map(({ target, reason, held_by, age_ms }) => ({
        target,
        reason,
        by: held_by,
        ageMs: Number(age_ms),
      }));
    },
  };
}
