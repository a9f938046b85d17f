import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/database-schema.ts';
import { databaseNowMs, nextToken } from '../../database/migrations.ts';
import type { DatabaseKind } from '../../database/open-database.ts';
import { keyOfGeneration, ownerOfKey, splitGeneration } from '../../wire/idempotency-key.ts';
import { changeRowIf, isStarted, isUnknown } from './change-row.ts';
import type { LedgerStatements } from './ledger.ts';
import { claimFrom, rowFrom } from './ledger-row.ts';

/** The ledger's statements on a database or within a transaction; the same for both stores. */
export function ledgerStatements(database: Kysely<Tables>, kind: DatabaseKind): LedgerStatements {
  const nowMs = databaseNowMs[kind];
  const inMs = (delayMs: number) => sql<number>`${nowMs} + ${sql.lit(Math.round(delayMs))}`;

  const change = changeRowIf(database, kind, isStarted);
  // Also what its workflow's end has put in doubt: whoever has the latest token knows better.
  const settle = changeRowIf(database, kind, sql<boolean>`(${isStarted} or ${isUnknown})`);

  return {
    async claim(request) {
      const { first, generation } = splitGeneration(request.key);
      // Empty unless the ledger was once restored from a backup: then what has no row may be done.
      const doubted = sql`from holdfast_doubt where owner = ${ownerOfKey(request.key)}`;
      const row = await database
        .insertInto('holdfast_effect')
        .values({
          key: first,
          generation,
          effect: request.effect,
          fingerprint: request.fingerprint,
          request: request.request,
          api_version: request.apiVersion ?? null,
          state: 'started',
          token: nextToken[kind],
          in_doubt: sql`case when exists (select 1 ${doubted}) then 1 else 0 end`,
          first_sent_at_ms: sql`coalesce((select since_ms ${doubted}), ${nowMs})`,
          lease_until_ms: inMs(request.leaseMs),
          request_timeout_ms: request.requestTimeoutMs ?? null,
          claimed_at_ms: nowMs,
          created_at_ms: nowMs,
          updated_at_ms: nowMs,
        })
        .onConflict((conflict) =>
          conflict
            .columns(['key', 'generation'])
            .doUpdateSet({
              state: 'started',
              token: sql`excluded.token`,
              lease_until_ms: sql`excluded.lease_until_ms`,
              request_timeout_ms: sql`excluded.request_timeout_ms`,
              claimed_at_ms: sql`excluded.claimed_at_ms`,
              updated_at_ms: sql`excluded.updated_at_ms`,
              // Released means that nothing was sent, so nothing binds: the claim begins anew, with
              // today's identity and request.
              // Taken over means that it may have been: so the stored request is sent again.
              in_doubt: sql`case holdfast_effect.state when 'released' then 0 else 1 end`,
              first_sent_at_ms: afterRelease('first_sent_at_ms', 'claimed_at_ms'),
              fingerprint: afterRelease('fingerprint'),
              request: afterRelease('request'),
              api_version: afterRelease('api_version'),
            })
            .where(sql<boolean>`holdfast_effect.state = 'released'
              or (holdfast_effect.state = 'started' and holdfast_effect.lease_until_ms <= ${nowMs}
                and holdfast_effect.fingerprint = excluded.fingerprint)`),
        )
        .returningAll()
        .executeTakeFirst();
      return row && claimFrom(row);
    },

    async read({ key }) {
      const { first, generation } = splitGeneration(key);
      const row = await database
        .selectFrom('holdfast_effect')
        .selectAll()
        .select(nowMs.as('now_ms'))
        .select((select) =>
          select
            .selectFrom('holdfast_effect as newer')
            .select(({ fn }) => fn.max('newer.generation').as('latest'))
            .where('newer.key', '=', first)
            .as('latest'),
        )
        .where('key', '=', first)
        .where('generation', '=', generation)
        .executeTakeFirst();
      if (!row) return undefined;
      const latestKey = keyOfGeneration(key, row.latest ?? generation);
      return { ...rowFrom(row), ...(latestKey !== key && { latestKey }) };
    },

    record: (claim, result) => settle(claim, { state: 'succeeded', result, failure: null }),
    fail: (claim, failure) => settle(claim, { state: 'failed', failure: JSON.stringify(failure) }),
    markUnknown: (claim, failure) =>
      change(claim, { state: 'unknown', failure: JSON.stringify(failure), lease_until_ms: 0 }),
    doubt: (claim, failure) =>
      change(claim, { state: 'unknown', failure: JSON.stringify(failure) }),
    release: (claim) =>
      settle(claim, {
        state: sql`case in_doubt when 0 then 'released' else state end`,
        lease_until_ms: nowMs,
      }),
    giveUp: (claim, afterMs) => change(claim, { lease_until_ms: inMs(afterMs) }),
    renew: (claim, leaseMs) => change(claim, { lease_until_ms: inMs(leaseMs) }),
  };
}

type Column = 'first_sent_at_ms' | 'claimed_at_ms' | 'fingerprint' | 'request' | 'api_version';

function afterRelease(column: Column, from: Column = column) {
  const stored = sql.ref(`holdfast_effect.${column}`);
  const given = sql.ref(`excluded.${from}`);
  return sql<never>`case holdfast_effect.state when 'released' then ${given} else ${stored} end`;
}
