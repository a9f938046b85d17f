import type { Selectable } from 'kysely';
import type { EffectTable } from '../../database/database-schema.ts';
import type { AttemptErrorFields } from '../../failures/attempt-error.ts';
import { keyOfGeneration } from '../../wire/idempotency-key.ts';
import type { Claim, LedgerRow } from './ledger.ts';

/** A row as it comes out of the table, with the database's clock at the reading. */
export type NowRow = Selectable<EffectTable> & { readonly now_ms: number };

/** A claim, in the ledger's words. */
export function claimFrom(row: Selectable<EffectTable>): Claim {
  return {
    key: keyOfGeneration(row.key, row.generation),
    token: row.token,
    inDoubt: row.in_doubt === 1,
    firstSentAtMs: row.first_sent_at_ms,
    claimedAtMs: row.claimed_at_ms,
    request: row.request,
    apiVersion: row.api_version ?? undefined,
  };
}

/** A row, in the ledger's words. */
export function rowFrom(row: NowRow): LedgerRow {
  return {
    ...claimFrom(row),
    effect: row.effect,
    fingerprint: row.fingerprint,
    state: row.state,
    result: row.result ?? undefined,
    failure: row.failure === null ? undefined : (JSON.parse(row.failure) as AttemptErrorFields),
    requestTimeoutMs: row.request_timeout_ms ?? undefined,
    nowMs: row.now_ms,
    leaseLeftMs: row.lease_until_ms - row.now_ms,
  };
}
