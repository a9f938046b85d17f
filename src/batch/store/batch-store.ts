import { type Selectable, sql } from 'kysely';
import { databaseNowMs } from '../../database/migrations.ts';
import type { OpenDatabase } from '../../database/open-database.ts';
import type { BatchCounts, LineRange } from '../../wire/batch.ts';
import type { BatchCommit, Committed } from './batch-changes.ts';
import { writeCommit } from './batch-commits.ts';
import { batchPasses } from './batch-passes.ts';
import { batchRanges } from './batch-ranges.ts';
import {
  type BatchLineTable,
  type BatchTable,
  type StoredBatch,
  withBatchTables,
} from './batch-tables.ts';
import { commitAtOnce, isAtOnce } from './commit-at-once.ts';

/** What its workflow says of a batch. */
export type MarkedState = Exclude<StoredBatch['state'], 'reading'>;

/** A line as it is run. */
export type OpenLine = Pick<
  Selectable<BatchLineTable>,
  'seq' | 'url' | 'body' | 'state' | 'owner' | 'attempts' | 'free_attempts' | 'repairs' | 'answer'
>;

/** A line's result, as files of results hold it. */
export type LineResult = Pick<
  Selectable<BatchLineTable>,
  | 'custom_id'
  | 'line'
  | 'nth'
  | 'seq'
  | 'state'
  | 'status'
  | 'request_id'
  | 'answer'
  | 'error_code'
  | 'error_message'
>;

const openColumns = [
  ...['seq', 'url', 'body', 'state', 'owner', 'attempts', 'free_attempts', 'repairs', 'answer'],
] as (keyof OpenLine)[];

const resultColumns = [
  ...['custom_id', 'line', 'nth', 'seq', 'state', 'status', 'request_id', 'answer'],
  ...['error_code', 'error_message'],
] as (keyof LineResult)[];

/** Batches and their lines, in the ledger's database. */
export type BatchStore = ReturnType<typeof batchStore>;

// Literals: an index over a part of the lines is not taken for a parameter.
/** The last whole reading of the file found it: it is neither taken out of it, nor still unchecked. */
export const isOfFile = sql<boolean>`(select batch.pass from holdfast_batch batch where batch.id = batch_id)
  between first_pass and holdfast_batch_line.pass`;
const isOpen = sql<boolean>`state in ('waiting', 'sent')`;
const hasNoneOpen = sql<boolean>`not exists (select 1 from holdfast_batch_line
  where batch_id = holdfast_batch.id and state in ('waiting', 'sent')
    and holdfast_batch.pass between first_pass and holdfast_batch_line.pass)`;
const hasEnded = sql<boolean>`nth is not null`;

/** The store of batches, on either kind of database. */
export function batchStore({ database, kind }: Pick<OpenDatabase, 'database' | 'kind'>) {
  const tables = withBatchTables(database);
  const now = databaseNowMs[kind];
  return {
    /** The batch of that id; it is made where there is none. */
    async open(
      id: string,
      { tenant, settings }: Pick<BatchTable, 'tenant' | 'settings'>,
    ): Promise<StoredBatch> {
      const none = { total: 0, answered: 0, failed: 0, attempts: 0, possibly_billed: 0, ends: 0 };
      await tables
        .insertInto('holdfast_batch')
        .values({
          ...{
            id,
            tenant,
            settings,
            state: 'reading',
            pass: 0,
            readings: 0,
            parked: null,
            next_send_us: 0,
            created_at_ms: now,
            ...none,
          },
          ...{ repairs: 0, input_tokens: 0, output_tokens: 0, cost_nano: 0, reserved_nano: 0 },
        })
        // Of one whose file was never read to its end nothing is kept.
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet({ tenant, settings })
            .where('holdfast_batch.pass', '=', 0),
        )
        .execute();
      return tables
        .selectFrom('holdfast_batch')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
    },

    read: (id: string): Promise<StoredBatch | undefined> =>
      tables.selectFrom('holdfast_batch').selectAll().where('id', '=', id).executeTakeFirst(),

    list: (): Promise<StoredBatch[]> =>
      tables.selectFrom('holdfast_batch').selectAll().orderBy('created_at_ms', 'desc').execute(),

    ...batchPasses(tables, kind),
    ...batchRanges(tables, kind),

    /** Ranges of lines without an end, in order: so many at most, each of so many lines. */
    async openRanges(id: string, lines: number, most: number): Promise<LineRange[]> {
      const rows = await tables
        .selectFrom('holdfast_batch_line')
        .select('seq')
        .where('batch_id', '=', id)
        .where(isOpen)
        .where(isOfFile)
        .orderBy('seq')
        .limit(lines * most)
        .execute();
      const ranges: LineRange[] = [];
      for (let at = 0; at < rows.length; at += lines) {
        const last = rows[Math.min(at + lines, rows.length) - 1];
        ranges.push({ from: Number(rows[at]?.seq), to: Number(last?.seq) });
      }
      return ranges;
    },

    /** Whether some of its lines are with their provider's own Batch API. */
    async isSubmitted(id: string): Promise<boolean> {
      const line = await tables
        .selectFrom('holdfast_batch_line')
        .select('seq')
        .where('batch_id', '=', id)
        .where(sql<boolean>`state = 'submitted'`)
        .limit(1)
        .executeTakeFirst();
      return line !== undefined;
    },

    /** Those of a range that have no end yet, in order. */
    openLines: (id: string, { from, to }: LineRange, most: number): Promise<OpenLine[]> =>
      tables
        .selectFrom('holdfast_batch_line')
        .select(openColumns)
        .where('batch_id', '=', id)
        .where('seq', '>=', from)
        .where('seq', '<=', to)
        .where(isOpen)
        .where(isOfFile)
        .orderBy('seq')
        .limit(most)
        .execute(),

    /** Commits what happened to lines. @returns those that may be sent. */
    commit: (id: string, what: BatchCommit): Promise<Committed> =>
      kind === 'postgres' && isAtOnce(what)
        ? commitAtOnce(tables, id, what)
        : tables.transaction().execute((transaction) => writeCommit(transaction, kind, id, what)),

    /** Says where it stands; it has not ended where lines came meanwhile. */
    async mark(id: string, state: MarkedState, parked?: string): Promise<void> {
      const hasEnded = state === 'ended' || state === 'cancelled';
      await tables
        .updateTable('holdfast_batch')
        .set({ state, parked: parked ?? null, ended_at_ms: hasEnded ? now : null })
        .where('id', '=', id)
        .$if(state === 'ended', (update) => update.where(hasNoneOpen))
        .execute();
    },

    /** Lines that failed are open again. @returns how many. */
    async reopenFailed(id: string): Promise<number> {
      return tables.transaction().execute(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('holdfast_batch_line')
          .set({
            ...{ state: 'waiting', owner: '', nth: null, status: null, answer: null },
            ...{ error_code: null, error_message: null, free_attempts: sql<number>`attempts` },
            repairs: 0,
          })
          .where('batch_id', '=', id)
          .where(sql<boolean>`state = 'failed'`)
          .where(isOfFile)
          .executeTakeFirst();
        await transaction
          .updateTable('holdfast_batch')
          .set({ failed: 0, state: 'ready', parked: null, ended_at_ms: null })
          .where('id', '=', id)
          .execute();
        return Number(numUpdatedRows);
      });
    },

    /** How many lines failed, by failure type, most first. */
    failures: async (id: string): Promise<[type: string, count: number][]> => {
      const rows = await tables
        .selectFrom('holdfast_batch_line')
        .select(({ fn }) => ['error_code', fn.countAll<number>().as('count')])
        .where('batch_id', '=', id)
        .where(sql<boolean>`state = 'failed'`)
        .where(isOfFile)
        .groupBy('error_code')
        .execute();
      return rows
        .map(({ error_code, count }): [string, number] => [String(error_code), Number(count)])
        .sort(([, one], [, other]) => other - one);
    },

    /** A page of results in the order of the file as it was read last, after one of them. */
    resultsInOrder: (
      id: string,
      after: Pick<LineResult, 'line' | 'seq'> | undefined,
      most: number,
    ): Promise<LineResult[]> =>
      tables
        .selectFrom('holdfast_batch_line')
        .select(resultColumns)
        .where('batch_id', '=', id)
        .where(isOfFile)
        // A reading that found mistakes may have left two of them at the same line.
        .where(sql<boolean>`(line, seq) > (${after?.line ?? 0}, ${after?.seq ?? 0})`)
        .orderBy('line')
        .orderBy('seq')
        .limit(most)
        .execute(),

    /** A page of results in the order in which they were committed, after the nth. */
    resultsAsEnded: (id: string, afterNth: number, most: number): Promise<LineResult[]> =>
      tables
        .selectFrom('holdfast_batch_line')
        .select(resultColumns)
        .where('batch_id', '=', id)
        .where(hasEnded)
        .where('nth', '>', afterNth)
        .orderBy('nth')
        .limit(most)
        .execute(),
  };
}

/** A batch's sums, as they are told. */
export function countsOf(batch: StoredBatch): BatchCounts {
  return {
    total: Number(batch.total),
    answered: Number(batch.answered),
    failed: Number(batch.failed),
    attempts: Number(batch.attempts),
    possiblyBilled: Number(batch.possibly_billed),
    repairs: Number(batch.repairs),
    inputTokens: Number(batch.input_tokens),
    outputTokens: Number(batch.output_tokens),
    costNano: Number(batch.cost_nano),
  };
}
