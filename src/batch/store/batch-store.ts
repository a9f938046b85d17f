import { type Selectable, sql } from 'kysely';
import { databaseNowMs } from '../../database/migrations.ts';
import type { OpenDatabase } from '../../database/open-database.ts';
import type { BatchLine } from '../input/read-lines.ts';
import { type BatchLineTable, type BatchTable, withBatchTables } from './batch-tables.ts';

/** How far a batch has come. */
export interface BatchCounts {
  readonly total: number;
  readonly answered: number;
  readonly failed: number;
  readonly attempts: number;
  readonly possiblyBilled: number;
  readonly repairs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** A line as it is run. */
export type OpenLine = Pick<
  Selectable<BatchLineTable>,
  'seq' | 'custom_id' | 'url' | 'body' | 'state' | 'attempts' | 'possibly_billed'
>;

/** How a line ended. */
export interface LineEnd {
  readonly seq: number;
  readonly state: 'answered' | 'failed';
  readonly attempts: number;
  readonly possiblyBilled: number;
  readonly repairs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly status: number | null;
  readonly requestId: string | null;
  readonly answer: Uint8Array | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** A line's result, as files of results hold it. */
export type LineResult = Pick<
  Selectable<BatchLineTable>,
  'custom_id' | 'line' | 'seq' | 'state' | 'status' | 'request_id' | 'answer' | 'error'
>;

/** Batches and their lines, in the ledger's database. */
export type BatchStore = ReturnType<typeof batchStore>;

/** The store of batches, on either kind of database. */
export function batchStore({ database, kind }: Pick<OpenDatabase, 'database' | 'kind'>) {
  const tables = withBatchTables(database);
  const now = databaseNowMs[kind];
  return {
    /** The batch of that id; it is made where there is none. */
    async open(
      id: string,
      { tenant, settings }: Pick<BatchTable, 'tenant' | 'settings'>,
    ): Promise<Selectable<BatchTable>> {
      await tables
        .insertInto('holdfast_batch')
        .values({ id, tenant, settings, state: 'reading', pass: 0, created_at_ms: now })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return tables
        .selectFrom('holdfast_batch')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
    },

    read: (id: string) =>
      tables.selectFrom('holdfast_batch').selectAll().where('id', '=', id).executeTakeFirst(),

    /** Begins to read its file. @returns the number of this reading. */
    async beginPass(id: string): Promise<number> {
      const { pass } = await tables
        .updateTable('holdfast_batch')
        .set({ pass: sql<number>`pass + 1`, state: 'reading' })
        .where('id', '=', id)
        .returning('pass')
        .executeTakeFirstOrThrow();
      return pass;
    },

    /**
     * Stores lines of one reading; a line that is there already keeps what became of it.
     *
     * @returns what is wrong: an id that stands in the file twice, or that was sent with another body.
     */
    async addLines(
      id: string,
      pass: number,
      lines: readonly BatchLine[],
    ): Promise<Map<number, string>> {
      const wrong = new Map<number, string>();
      const byId = new Map<string, BatchLine>();
      for (const line of lines) {
        if (byId.has(line.customId))
          wrong.set(line.line, isTwice(line, byId.get(line.customId)?.line));
        else byId.set(line.customId, line);
      }
      if (byId.size === 0) return wrong;
      const { last } = await tables
        .selectFrom('holdfast_batch_line')
        .select(({ fn }) => fn.max('seq').as('last'))
        .where('batch_id', '=', id)
        .executeTakeFirstOrThrow();
      let seq = Number(last ?? 0);
      const unused = { attempts: 0, possibly_billed: 0, repairs: 0 };
      const stored = await tables
        .insertInto('holdfast_batch_line')
        .values(
          [...byId.values()].map(({ customId, line, url, model, hash, body }) => {
            seq += 1;
            return {
              ...{ batch_id: id, custom_id: customId, seq, line, pass, first_pass: pass },
              ...{ url, model, hash, body, state: 'waiting' as const, ...unused },
              ...{ input_tokens: 0, output_tokens: 0 },
            };
          }),
        )
        .onConflict((conflict) =>
          conflict
            .columns(['batch_id', 'custom_id'])
            .doUpdateSet(({ ref }) => ({ pass: ref('excluded.pass'), line: ref('excluded.line') }))
            .where('holdfast_batch_line.pass', '<', pass),
        )
        .returning(['custom_id', 'hash'])
        .execute();
      const hashes = new Map(stored.map(({ custom_id, hash }) => [custom_id, hash]));
      for (const line of byId.values()) {
        const hash = hashes.get(line.customId);
        if (hash === undefined) wrong.set(line.line, isTwice(line));
        else if (hash !== line.hash) {
          wrong.set(
            line.line,
            `custom_id ${line.customId} belongs to this batch with another body; use another custom_id, or another --out`,
          );
        }
      }
      return wrong;
    },

    /** The file is whole: its lines may be sent. */
    async endPass(id: string): Promise<void> {
      await tables
        .updateTable('holdfast_batch')
        .set({ state: 'ready', ended_at_ms: null })
        .where('id', '=', id)
        .execute();
    },

    /** The file has mistakes: what this reading brought is taken out again. */
    async dropPass(id: string, pass: number): Promise<void> {
      await tables
        .deleteFrom('holdfast_batch_line')
        .where('batch_id', '=', id)
        .where('first_pass', '=', pass)
        .execute();
    },

    /** Those of a range that have no end yet, in order. */
    async openLines(id: string, from: number, to: number): Promise<OpenLine[]> {
      return tables
        .selectFrom('holdfast_batch_line')
        .select(['seq', 'custom_id', 'url', 'body', 'state', 'attempts', 'possibly_billed'])
        .where('batch_id', '=', id)
        .where('seq', '>=', from)
        .where('seq', '<', to)
        .where('state', 'in', ['waiting', 'sent'])
        .orderBy('seq')
        .execute();
    },

    /** Where the next line without an end stands, from a place on. */
    async nextOpen(id: string, from: number): Promise<number | undefined> {
      const row = await tables
        .selectFrom('holdfast_batch_line')
        .select('seq')
        .where('batch_id', '=', id)
        .where('seq', '>=', from)
        .where('state', 'in', ['waiting', 'sent'])
        .orderBy('seq')
        .limit(1)
        .executeTakeFirst();
      return row && Number(row.seq);
    },

    /**
     * Commits that these lines are about to be sent, each at one attempt more. A line that was `sent`
     * before, and has no end, was lost with its worker: it may have been billed.
     */
    async sending(id: string, seqs: readonly number[]): Promise<void> {
      if (seqs.length === 0) return;
      await tables
        .updateTable('holdfast_batch_line')
        .set({ state: 'sent', attempts: sql<number>`attempts + 1` })
        .where('batch_id', '=', id)
        .where('seq', 'in', seqs)
        .execute();
    },

    /** Commits the ends of lines, together. */
    async ended(id: string, ends: readonly LineEnd[]): Promise<void> {
      if (ends.length === 0) return;
      await tables.transaction().execute(async (transaction) => {
        for (const end of ends) {
          await transaction
            .updateTable('holdfast_batch_line')
            .set({
              state: end.state,
              attempts: end.attempts,
              possibly_billed: end.possiblyBilled,
              repairs: end.repairs,
              input_tokens: end.inputTokens,
              output_tokens: end.outputTokens,
              status: end.status,
              request_id: end.requestId,
              answer: end.answer,
              error: end.error === null ? null : JSON.stringify(end.error),
            })
            .where('batch_id', '=', id)
            .where('seq', '=', end.seq)
            .where('state', 'in', ['waiting', 'sent'])
            .execute();
        }
      });
    },

    async counts(id: string): Promise<BatchCounts> {
      const sum = sql<number>;
      const row = await tables
        .selectFrom('holdfast_batch_line')
        .select([
          sum`count(*)`.as('total'),
          sum`coalesce(sum(case when state = 'answered' then 1 else 0 end), 0)`.as('answered'),
          sum`coalesce(sum(case when state = 'failed' then 1 else 0 end), 0)`.as('failed'),
          sum`coalesce(sum(attempts), 0)`.as('attempts'),
          sum`coalesce(sum(possibly_billed), 0)`.as('possiblyBilled'),
          sum`coalesce(sum(repairs), 0)`.as('repairs'),
          sum`coalesce(sum(input_tokens), 0)`.as('inputTokens'),
          sum`coalesce(sum(output_tokens), 0)`.as('outputTokens'),
        ])
        .where('batch_id', '=', id)
        .executeTakeFirstOrThrow();
      return Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, Number(value)]),
      ) as unknown as BatchCounts;
    },

    /** A page of results in the order of the file, after a line. */
    results: (id: string, afterLine: number, limit: number): Promise<LineResult[]> =>
      tables
        .selectFrom('holdfast_batch_line')
        .select(['custom_id', 'line', 'seq', 'state', 'status', 'request_id', 'answer', 'error'])
        .where('batch_id', '=', id)
        .where('line', '>', afterLine)
        .orderBy('line')
        .limit(limit)
        .execute(),
  };
}

function isTwice({ customId }: BatchLine, other?: number): string {
  const where = other === undefined ? 'in an earlier line' : `in line ${other}`;
  return `the custom_id ${customId} stands ${where} too`;
}
