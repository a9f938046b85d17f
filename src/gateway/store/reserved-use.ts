import type { Kysely } from 'kysely';
import type { GatewayTables } from './gateway-tables.ts';
import type { Reserved } from './key-store.ts';
import { parsed, type StoredRequest } from './stored-request.ts';

/** What is known of a request that has ended, and still stands at its estimate. */
export type EndedReserved = StoredRequest & { readonly reserved: Reserved };

/** Estimates that stay with a request's record, because it ends elsewhere than where it was admitted. */
export function reservedUse(tables: Kysely<GatewayTables>) {
  return {
    async reserve(id: string, reserved: Reserved): Promise<void> {
      await tables
        .updateTable('holdfast_request')
        .set({ reserved: JSON.stringify(reserved) })
        .where('id', '=', id)
        .execute();
    },

    /** The requests that have ended, and whose estimates wait to be corrected. */
    async endedReserved(): Promise<string[]> {
      const rows = await tables
        .selectFrom('holdfast_request')
        .select('id')
        .where('reserved', 'is not', null)
        .where('ended_at_ms', 'is not', null)
        .limit(1000)
        .execute();
      return rows.map(({ id }) => id);
    },

    /** Takes the estimate of a request that has ended; of all who ask, one gets it. */
    async takeReserved(id: string): Promise<EndedReserved | undefined> {
      const row = await tables
        .selectFrom('holdfast_request')
        .selectAll()
        .where('id', '=', id)
        .where('ended_at_ms', 'is not', null)
        .executeTakeFirst();
      if (!row?.reserved) return undefined;
      const { numUpdatedRows } = await tables
        .updateTable('holdfast_request')
        .set({ reserved: null })
        .where('id', '=', id)
        .where('reserved', 'is not', null)
        .executeTakeFirst();
      return numUpdatedRows === 1n
        ? { ...parsed(row), reserved: JSON.parse(row.reserved) }
        : undefined;
    },
  };
}
