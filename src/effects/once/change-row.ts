import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import type { EffectTable, Tables } from '../../database/database-schema.ts';
import { databaseNowMs } from '../../database/migrations.ts';
import type { DatabaseKind } from '../../database/open-database.ts';
import { splitGeneration } from '../../wire/idempotency-key.ts';
import type { Claim } from './ledger.ts';

/** Changes the row of a claim that is still the latest, and says whether it did. */
export type ChangeRow = (
  claim: Pick<Claim, 'key' | 'token'>,
  values: Partial<Selectable<EffectTable>> | object,
) => Promise<boolean>;

/**
 * How a single row changes after its claim: under its fencing token, and only in a state that allows it.
 *
 * @param allowed a condition on the row as it is now.
 */
export function changeRowIf(
  database: Kysely<Tables>,
  kind: DatabaseKind,
  allowed: RawBuilder<boolean>,
): ChangeRow {
  return async ({ key, token }, values) => {
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
