import { type ExpressionBuilder, sql } from 'kysely';
import type { ForwardedRecords } from '../../calls/forward/forwarded-call.ts';
import { commitTogether } from '../../database/commit-together.ts';
import { databaseNowMs } from '../../database/migrations.ts';
import type { OpenDatabase } from '../../database/open-database.ts';
import type { Usage } from '../../policies/call-costs.ts';
import type { ForwardedAnswer, ForwardFailure } from '../../wire/forwarded.ts';
import { type GatewayTables, withGatewayTables } from './gateway-tables.ts';
import type { AttemptsUsed, NewRequest, Sameness } from './new-request.ts';
import { requestRetention } from './request-retention.ts';
import { reservedUse } from './reserved-use.ts';
import { parsed, type StoredRequest } from './stored-request.ts';
import { takeOver } from './take-over.ts';

/** The records of forwarded requests, in the ledger's database. */
export type RequestStore = ReturnType<typeof requestStore>;

/**
 * Records of forwarded requests. A request is committed before anything is sent, and a paid answer
 * before anything else happens to it.
 */
export function requestStore({ database, kind }: Pick<OpenDatabase, 'database' | 'kind'>) {
  const tables = withGatewayTables(database);
  const now = databaseNowMs[kind];
  // PostgreSQL commits the writes of many connections together by itself.
  const write: ReturnType<typeof commitTogether<GatewayTables>> =
    kind === 'sqlite' ? commitTogether(tables) : (work) => work(tables);
  const isOpen = ({ eb }: ExpressionBuilder<GatewayTables, 'holdfast_request'>) =>
    eb('state', 'in', ['begun', 'running']);

  return {
    ...requestRetention(tables, now),
    ...reservedUse(tables),

    /** Records the intent. @returns `false` when the id, or the tenant's idempotency key, is there. */
    async begin(request: NewRequest): Promise<boolean> {
      const { deadlineMs, request: forwarded, ...rest } = request;
      const { numInsertedOrUpdatedRows } = await write((tables) =>
        tables
          .insertInto('holdfast_request')
          .values({
            id: rest.id,
            tenant: rest.tenant,
            api_key: rest.apiKey,
            idempotency_key: rest.idempotencyKey,
            fingerprint: rest.fingerprint,
            model: forwarded.model,
            request: JSON.stringify(forwarded),
            body: rest.body,
            state: rest.isHandedOver ? 'running' : 'begun',
            gateway: rest.gateway,
            has_client: 1,
            is_claimed: 0,
            broke_off: 0,
            attempts: 0,
            possibly_billed: 0,
            webhook: rest.hasWebhook ? 1 : 0,
            reserved: rest.reserved ? JSON.stringify(rest.reserved) : null,
            deadline_at_ms: sql<number>`${now} + ${sql.lit(Math.round(deadlineMs))}`,
            created_at_ms: now,
          })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow(),
      );
      return numInsertedOrUpdatedRows === 1n;
    },

    async read(id: string): Promise<StoredRequest | undefined> {
      const row = await tables
        .selectFrom('holdfast_request')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row && parsed(row);
    },

    async readByKey(tenant: string, idempotencyKey: string): Promise<StoredRequest | undefined> {
      const row = await tables
        .selectFrom('holdfast_request')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('idempotency_key', '=', idempotencyKey)
        .executeTakeFirst();
      return row && parsed(row);
    },

    /** Those of the ids that have ended, or whose record is gone. */
    async ended(ids: readonly string[]): Promise<string[]> {
      const rows = await tables
        .selectFrom('holdfast_request')
        .select('id')
        .where('id', 'in', ids)
        .where(isOpen)
        .execute();
      const open = new Set(rows.map(({ id }) => id));
      return ids.filter((id) => !open.has(id));
    },

    /**
     * Takes the oldest record that asks for the same and whose client is gone; each is taken once.
     * With `onlyBroken`, one whose stream broke off, since nobody repeats those but the application.
     */
    async claim(
      { tenant, apiKey, fingerprint }: Sameness,
      { onlyBroken }: { onlyBroken: boolean },
    ): Promise<StoredRequest | undefined> {
      const candidate = tables
        .selectFrom('holdfast_request as other')
        .select('other.id')
        .where('other.tenant', '=', tenant)
        .where('other.api_key', '=', apiKey)
        .where('other.fingerprint', '=', fingerprint)
        .where('other.idempotency_key', 'is', null)
        .where('other.has_client', '=', 0)
        .where('other.is_claimed', '=', 0)
        .where('other.state', 'not in', ['failed', 'cancelled'])
        .where('other.deadline_at_ms', '>', now)
        .$if(onlyBroken, (query) => query.where('other.broke_off', '=', 1))
        .orderBy('other.created_at_ms')
        .limit(1)
        .$if(kind === 'postgres', (query) => query.forUpdate().skipLocked());
      const row = await tables
        .updateTable('holdfast_request')
        .set({ is_claimed: 1, has_client: 1 })
        .where('id', '=', candidate)
        .where('is_claimed', '=', 0)
        .returningAll()
        .executeTakeFirst();
      return row && parsed(row);
    },

    /**
     * Whether any record asks for the same and has failed lately, or has lost its client: mostly there is
     * none, and looking takes no write lock.
     */
    async hasTraces(same: Sameness, withinMs: number): Promise<boolean> {
      const row = await tables
        .selectFrom('holdfast_request')
        .select('id')
        .where('tenant', '=', same.tenant)
        .where('api_key', '=', same.apiKey)
        .where('fingerprint', '=', same.fingerprint)
        .where((where) =>
          where.or([
            where('has_client', '=', 0),
            where('ended_at_ms', '>', sql<number>`${now} - ${sql.lit(withinMs)}`),
          ]),
        )
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    /** A final failure of the same request that ended within the last moments. */
    async failedJustNow(same: Sameness, withinMs: number): Promise<StoredRequest | undefined> {
      const row = await tables
        .selectFrom('holdfast_request')
        .selectAll()
        .where('tenant', '=', same.tenant)
        .where('api_key', '=', same.apiKey)
        .where('fingerprint', '=', same.fingerprint)
        .where('state', '=', 'failed')
        .where('ended_at_ms', '>', sql<number>`${now} - ${sql.lit(withinMs)}`)
        .orderBy('ended_at_ms', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && parsed(row);
    },

    /** Its process goes on without it: a workflow does. @returns whether it was still begun. */
    handOver: (id: string, used: AttemptsUsed, responseId: string | null = null) =>
      changed(id, {
        state: 'running',
        response_id: responseId,
        ...spent(used),
      }),

    answered: (id: string, answer: ForwardedAnswer, body: Uint8Array, used: AttemptsUsed) =>
      changed(id, {
        state: 'answered',
        answer: JSON.stringify(answer),
        answer_body: body,
        ...spent(used),
        ended_at_ms: now,
      }),

    /** @param answer the provider's own error, where there was one. */
    failed: (
      id: string,
      failure: ForwardFailure,
      used: AttemptsUsed,
      answer?: { readonly head: ForwardedAnswer; readonly body: Uint8Array },
    ) =>
      changed(id, {
        state: 'failed',
        failure: JSON.stringify(failure),
        ...spent(used),
        ended_at_ms: now,
        ...(answer && { answer: JSON.stringify(answer.head), answer_body: answer.body }),
      }),

    /** Ends what has not ended; an answer that still comes is not kept. @returns whether it was open. */
    cancelled: (id: string) =>
      changed(id, {
        state: 'cancelled',
        failure: JSON.stringify(cancelledFailure),
        ended_at_ms: now,
      }),

    /** Counts a failed attempt; the provider's own error answer is kept for the client. */
    async attemptFailed(
      id: string,
      {
        attempts,
        possiblyBilled,
        usage,
        answer,
        responseId,
      }: Parameters<ForwardedRecords['attemptFailed']>[1],
    ): Promise<void> {
      await changed(id, {
        attempts,
        response_id: responseId,
        ...(possiblyBilled > 0 && {
          possibly_billed: sql<number>`possibly_billed + ${sql.lit(possiblyBilled)}`,
        }),
        ...billed(usage),
        ...(answer && { answer: JSON.stringify(answer.head), answer_body: answer.body }),
      });
    },

    /** The provider goes on with it under this id: it is fetched, and not asked for anew. */
    responds: (id: string, responseId: string) => changed(id, { response_id: responseId }),

    /** Nobody waits for it any more: who asks again may take it, also after another who did and is gone. */
    async clientGone(id: string, { brokeOff = false } = {}): Promise<void> {
      await tables
        .updateTable('holdfast_request')
        .set({ has_client: 0, is_claimed: 0, ...(brokeOff && { broke_off: 1 }) })
        .where('id', '=', id)
        .execute();
    },

    /** Takes over what gateways that are dead have begun. @returns those that need a workflow. */
    takeOver: (): Promise<string[]> => takeOver(tables, now),

    /** Those that need a workflow, as far as the record knows: it may not have been started. */
    async running(olderThanMs: number): Promise<string[]> {
      const rows = await tables
        .selectFrom('holdfast_request')
        .select('id')
        .where((where) =>
          where.or([
            where('state', '=', 'running'),
            where('webhook', '>', 0).and('ended_at_ms', 'is not', null),
          ]),
        )
        .where('created_at_ms', '<', sql<number>`${now} - ${sql.lit(olderThanMs)}`)
        .limit(1000)
        .execute();
      return rows.map(({ id }) => id);
    },
  };

  async function changed(id: string, values: object): Promise<boolean> {
    const { numUpdatedRows } = await write((tables) =>
      tables
        .updateTable('holdfast_request')
        .set(values)
        .where('id', '=', id)
        .where(isOpen)
        .executeTakeFirstOrThrow(),
    );
    return numUpdatedRows === 1n;
  }
}

const cancelledFailure: ForwardFailure = {
  type: 'InvalidRequest',
  message: 'the call was cancelled',
  status: 400,
};

function spent({ attempts, possiblyBilled, failedUsage }: AttemptsUsed) {
  return { attempts, possibly_billed: possiblyBilled, ...billed(failedUsage) };
}

function billed(usage: Usage | undefined) {
  return (
    usage && {
      failed_input_tokens: sql<number>`failed_input_tokens + ${sql.lit(usage.inputTokens)}`,
      failed_output_tokens: sql<number>`failed_output_tokens + ${sql.lit(usage.outputTokens)}`,
    }
  );
}
