import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from '../../database/database-schema.ts';
import { databaseNowMs } from '../../database/migrations.ts';
import type { DatabaseKind } from '../../database/open-database.ts';
import { splitGeneration } from '../../wire/idempotency-key.ts';
import type { Claim } from './ledger.ts';

/**
 * How a single row changes after its claim: under the fencing token of the latest one, and only in a
 * state that allows it. The function says whether it did.
 *
 * @param allowed a condition on the row as it is now.
 */
export function changeRowIf(
  database: Kysely<Tables>,
  kind: DatabaseKind,
  allowed: RawBuilder<boolean>,
) {
  return async ({ key, token }: Pick<Claim, 'key' | 'token'>, values: object): Promise<boolean> => {
    const { first, generation } = splitGeneration(key);
    const { numUpdatedRows } = await database
      .updateTable('holdfast_effect')
      .set({ ...values, updated_at_ms: databaseNowMs[kind] })
      .where('key', '=', first)
      .where('generation', '=', generation)
      .where('token', '=', token)
      .where(allowed)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  };
}

/** A worker is at it, or was. */
export const isStarted = sql<boolean>`state = 'started'`;
/** Whether it was done is not known. */
export const isUnknown = sql<boolean>`state = 'unknown'`;
