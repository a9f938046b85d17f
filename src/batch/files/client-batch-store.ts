import { sql } from 'kysely';
import { databaseNowMs } from '../../database/migrations.ts';
import type { OpenDatabase } from '../../database/open-database.ts';
import type { KeyBudget } from '../../gateway/keys/key-limits.ts';
import { batchStore } from '../store/batch-store.ts';
import { type ClientBatch, type ClientBatchTable, withFileTables } from './file-tables.ts';
import { type Page, type PageOf, readPage } from './page.ts';

/** A batch that a client asks for. */
export type NewClientBatch = Pick<
  ClientBatchTable,
  | 'id'
  | 'tenant'
  | 'endpoint'
  | 'input_file_id'
  | 'completion_window'
  | 'metadata'
  | 'models'
  | 'files_expire_after_ms'
> & {
  readonly windowMs: number;
  /** That of its key, where it has one. */
  readonly budget?: KeyBudget;
};

/** How a client's batch ends. */
export type ClientBatchEnd = 'completed' | 'expired' | 'cancelled' | 'failed';

/** What its end brings. */
export type ClientBatchResults = Pick<
  ClientBatchTable,
  'output_file_id' | 'error_file_id' | 'usage' | 'errors'
>;

/** Batches of clients, in the ledger's database. */
export type ClientBatchStore = ReturnType<typeof clientBatchStore>;

/** A client whose connection broke asks again within so long, if its SDK does so by itself. */
const comesBackMs = 120_000;

/** The store of clients' batches: what OpenAI's API shows, beside the batches themselves. */
export function clientBatchStore({ database, kind }: Pick<OpenDatabase, 'database' | 'kind'>) {
  const tables = withFileTables(database as never);
  const now = databaseNowMs[kind];
  const isOver = sql<boolean>`state in ('completed', 'expired', 'cancelled', 'failed')`;

  /** @returns whether it was in one of those states. */
  async function become(
    id: string,
    from: readonly ClientBatchTable['state'][],
    change: Partial<Record<keyof ClientBatchTable, unknown>>,
  ): Promise<boolean> {
    const { numUpdatedRows } = await tables
      .updateTable('holdfast_client_batch')
      .set(change as object)
      .where('id', '=', id)
      .where('state', 'in', from)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  const read = (id: string): Promise<ClientBatch | undefined> =>
    tables.selectFrom('holdfast_client_batch').selectAll().where('id', '=', id).executeTakeFirst();

  return {
    read,

    /** Makes the batch and what the API shows of it, both or neither. */
    async create({ windowMs, budget, ...asked }: NewClientBatch): Promise<ClientBatch> {
      const { id, tenant, endpoint } = asked;
      return tables.transaction().execute(async (transaction) => {
        const batches = batchStore({ database: transaction as never, kind });
        await batches.open(id, { tenant, settings: JSON.stringify({ endpoint, budget }) });
        const nothing = { model: null, errors: null, usage: null };
        return transaction
          .insertInto('holdfast_client_batch')
          .values({
            ...{ ...asked, ...nothing, output_file_id: null, error_file_id: null },
            ...{ state: 'validating', created_at_ms: now },
            expires_at_ms: sql<number>`${now} + ${sql.lit(windowMs)}`,
            ...{ in_progress_at_ms: null, finalizing_at_ms: null, completed_at_ms: null },
            ...{ failed_at_ms: null, expired_at_ms: null },
            ...{ cancelling_at_ms: null, cancelled_at_ms: null },
          })
          .returningAll()
          .executeTakeFirstOrThrow();
      });
    },

    /** The latest one that asks for the same, where there is one of the last minutes. */
    latestLike: (asked: NewClientBatch): Promise<ClientBatch | undefined> =>
      tables
        .selectFrom('holdfast_client_batch')
        .selectAll()
        .where('tenant', '=', asked.tenant)
        .where('input_file_id', '=', asked.input_file_id)
        .where('endpoint', '=', asked.endpoint)
        .where('completion_window', '=', asked.completion_window)
        .where(sql<boolean>`coalesce(metadata, '') = ${asked.metadata ?? ''}`)
        .where(sql<boolean>`created_at_ms > ${now} - ${sql.lit(comesBackMs)}`)
        .orderBy('created_at_ms', 'desc')
        .limit(1)
        .executeTakeFirst(),

    list: (page: PageOf): Promise<Page<ClientBatch>> =>
      readPage(tables, 'holdfast_client_batch', page),

    /** Its file was found good: lines are sent from now on. */
    inProgress: (id: string, model: string | null): Promise<boolean> =>
      become(id, ['validating'], { state: 'in_progress', in_progress_at_ms: now, model }),

    /** No line is sent any more. @returns `false` where it has ended before. */
    cancelling: (id: string): Promise<boolean> =>
      become(id, ['validating', 'in_progress'], { state: 'cancelling', cancelling_at_ms: now }),

    /** All lines have ended: results are counted. */
    finalizing: (id: string): Promise<boolean> =>
      become(id, ['in_progress'], { state: 'finalizing', finalizing_at_ms: now }),

    /** It is over; what ended it first stands. */
    async end(
      id: string,
      how: ClientBatchEnd,
      results: Partial<ClientBatchResults>,
    ): Promise<void> {
      await become(id, ['validating', 'in_progress', 'finalizing', 'cancelling'], {
        ...{ state: how, [`${how}_at_ms`]: now, ...results },
      });
    },

    /** Why it failed: in OpenAI's form. */
    async failed(id: string, problems: readonly object[]): Promise<void> {
      await become(id, ['validating', 'in_progress', 'cancelling'], {
        ...{ state: 'failed', failed_at_ms: now, errors: JSON.stringify(problems) },
      });
    },

    /** Those whose workflow is still to be started or cancelled, so long after it should have been. */
    async untold(olderThanMs: number): Promise<ClientBatch[]> {
      return tables
        .selectFrom('holdfast_client_batch')
        .selectAll()
        .where(sql<boolean>`state in ('validating', 'cancelling')`)
        .where(
          sql<boolean>`coalesce(cancelling_at_ms, created_at_ms) < ${now} - ${sql.lit(olderThanMs)}`,
        )
        .orderBy('created_at_ms')
        .limit(100)
        .execute();
    },

    /** Deletes what ended so long ago: the batch, its lines and the files of its results. */
    async prune(olderThanMs: number): Promise<number> {
      const ended = sql<number>`coalesce(completed_at_ms, failed_at_ms, expired_at_ms, cancelled_at_ms)`;
      const over = await tables
        .selectFrom('holdfast_client_batch')
        .select('id')
        .where(isOver)
        .where(sql<boolean>`${ended} < ${now} - ${sql.lit(olderThanMs)}`)
        .limit(10)
        .execute();
      for (const { id } of over) {
        await tables.transaction().execute(async (transaction) => {
          await transaction.deleteFrom('holdfast_file').where('batch_id', '=', id).execute();
          await transaction.deleteFrom('holdfast_batch_line').where('batch_id', '=', id).execute();
          await transaction.deleteFrom('holdfast_batch_range').where('batch_id', '=', id).execute();
          await transaction.deleteFrom('holdfast_batch').where('id', '=', id).execute();
          await transaction.deleteFrom('holdfast_client_batch').where('id', '=', id).execute();
        });
      }
      return over.length;
    },
  };
}
