import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { GatewayTables } from './gateway-tables.ts';

/** What deletes records of requests: their end, their client, or time. */
export function requestRetention(tables: Kysely<GatewayTables>, now: RawBuilder<number>) {
  return {
    /** Its record goes: a key whose call ended unanswered and unbilled runs again, or nothing is kept. */
    async forget(id: string): Promise<void> {
      await tables.deleteFrom('holdfast_request').where('id', '=', id).execute();
    },

    /** `store: false`: what has ended and was delivered goes, as soon as its webhook is told of it. */
    async forgetDelivered(id: string): Promise<void> {
      await tables
        .updateTable('holdfast_request')
        .set({ webhook: 2 })
        .where('id', '=', id)
        .where('webhook', '>', 0)
        .where('ended_at_ms', 'is not', null)
        .execute();
      await tables
        .deleteFrom('holdfast_request')
        .where('id', '=', id)
        .where('webhook', '=', 0)
        .where('ended_at_ms', 'is not', null)
        .execute();
    },

    /** The webhook of its key was told that it has ended, or never will be. */
    async told(id: string): Promise<void> {
      await tables
        .deleteFrom('holdfast_request')
        .where('id', '=', id)
        .where('webhook', '=', 2)
        .execute();
      await tables
        .updateTable('holdfast_request')
        .set({ webhook: 0 })
        .where('id', '=', id)
        .execute();
    },

    /** Deletes what ended so long ago, a page at a time. @returns how many. */
    async prune(olderThanMs: number): Promise<number> {
      const page = tables
        .selectFrom('holdfast_request')
        .select('id')
        .where('ended_at_ms', '<', sql<number>`${now} - ${sql.lit(olderThanMs)}`)
        .limit(1000);
      const { numDeletedRows } = await tables
        .deleteFrom('holdfast_request')
        .where('id', 'in', page)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}
