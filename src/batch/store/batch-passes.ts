import { CompiledQuery, type Kysely, sql } from 'kysely';
import type { DatabaseKind } from '../../database/open-database.ts';
import { type BatchLine, isTwice, type Problem } from '../input/read-lines.ts';
import type { BatchTables, StoredBatch } from './batch-tables.ts';
import { type ValuesColumn, valuesTable } from './values-table.ts';

/** Another command has begun to read a file into the same batch: its reading rules. */
export class OvertakenReading extends Error {
  override readonly name = 'OvertakenReading';
  constructor(id: string) {
    super(`another command has begun to read a file into ${id}`);
  }
}

/** How the lines of a file come into the database: each reading of it is a pass. */
export function batchPasses(tables: Kysely<BatchTables>, kind: DatabaseKind) {
  return {
    /** Begins to read its file. @returns the number of this reading. */
    async beginPass(id: string): Promise<number> {
      const { readings } = await tables
        .updateTable('holdfast_batch')
        .set({ readings: sql<number>`readings + 1` })
        .where('id', '=', id)
        .returning('readings')
        .executeTakeFirstOrThrow();
      return readings;
    },

    /**
     * Stores lines of one reading; a line that is there already keeps what became of it.
     *
     * @returns what is wrong: an id that stands in the file twice, or that was sent with another body.
     * @throws OvertakenReading
     */
    async addLines(
      id: string,
      pass: number,
      lines: readonly BatchLine[],
    ): Promise<Map<number, Problem>> {
      const wrong = new Map<number, Problem>();
      const byId = new Map<string, BatchLine>();
      for (const line of lines) {
        const other = byId.get(line.customId);
        if (other) wrong.set(line.line, isTwice(line, other.line));
        else byId.set(line.customId, line);
      }
      if (byId.size === 0) return wrong;
      const stored = await tables.transaction().execute(async (transaction) => {
        await lockReading(transaction, id, pass);
        const { last } = await transaction
          .selectFrom('holdfast_batch_line')
          .select(({ fn }) => fn.max('seq').as('last'))
          .where('batch_id', '=', id)
          .executeTakeFirstOrThrow();
        const rows = [...byId.values()].map(({ customId, line, url, hash, body }, index) => [
          ...[id, customId, Number(last ?? 0) + index + 1, line, pass, url, hash, body],
        ]);
        const { text, values } = valuesTable(kind, lineColumns, rows);
        return transaction.executeQuery<{ custom_id: string; hash: string }>(
          CompiledQuery.raw(
            `with ${text} insert into holdfast_batch_line
              (batch_id, custom_id, seq, line, pass, first_pass, url, hash, body, state, owner,
               attempts, free_attempts, possibly_billed, repairs, input_tokens, output_tokens)
            select batch, custom, seq, line, pass, pass, url, hash, body, 'waiting', '',
              0, 0, 0, 0, 0, 0 from v where true
            on conflict (batch_id, custom_id) do update
              set pass = excluded.pass, line = excluded.line
              where holdfast_batch_line.pass < excluded.pass
            returning custom_id, hash`,
            values,
          ),
        );
      });
      const hashes = new Map(stored.rows.map(({ custom_id, hash }) => [custom_id, hash]));
      for (const line of byId.values()) {
        const hash = hashes.get(line.customId);
        if (hash === undefined) wrong.set(line.line, isTwice(line));
        else if (hash !== line.hash) wrong.set(line.line, isOther(line));
      }
      return wrong;
    },

    /**
     * The file is whole: its lines may be sent. Those that it holds no more are not; what they brought
     * before is kept, and is no part of the results.
     *
     * @throws OvertakenReading
     */
    async endPass(id: string, pass: number): Promise<StoredBatch> {
      // A failure says only that another one counts them now, or may not.
      if (kind === 'postgres') await countLines.execute(tables).catch(() => {});
      return tables.transaction().execute(async (transaction) => {
        await lockReading(transaction, id, pass);
        await transaction
          .deleteFrom('holdfast_batch_line')
          .where('batch_id', '=', id)
          .where('pass', '<', pass)
          .where(sql<boolean>`state = 'waiting'`)
          .execute();
        const count = (state: string) =>
          sql<number>`coalesce(sum(case when state = ${sql.lit(state)} then 1 else 0 end), 0)`;
        const counts = await transaction
          .selectFrom('holdfast_batch_line')
          .select(({ fn }) => [
            fn.countAll<number>().as('total'),
            count('answered').as('answered'),
            count('failed').as('failed'),
          ])
          .where('batch_id', '=', id)
          .where('pass', '=', pass)
          .executeTakeFirstOrThrow();
        const { total, answered, failed } = counts;
        const isOpen = Number(total) > Number(answered) + Number(failed);
        return transaction
          .updateTable('holdfast_batch')
          .set({
            ...counts,
            pass,
            parked: null,
            ...(isOpen ? { state: 'ready', ended_at_ms: null } : { state: 'ended' }),
          })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
      });
    },

    /** None of its lines is ever sent. */
    async dropLines(id: string): Promise<void> {
      await tables.deleteFrom('holdfast_batch_range').where('batch_id', '=', id).execute();
      await tables.deleteFrom('holdfast_batch_line').where('batch_id', '=', id).execute();
      await tables.deleteFrom('holdfast_batch').where('id', '=', id).execute();
    },

    /** The file has mistakes: what this reading brought is taken out again. */
    async dropPass(id: string, pass: number): Promise<void> {
      await tables
        .deleteFrom('holdfast_batch_line')
        .where('batch_id', '=', id)
        .where('first_pass', '=', pass)
        // One that another reading found meanwhile is that one's.
        .where('pass', '=', pass)
        .execute();
      await tables
        .deleteFrom('holdfast_batch')
        .where('id', '=', id)
        .where('pass', '=', 0)
        .where('readings', '=', pass)
        .execute();
    },
  };
}

/**
 * PostgreSQL counts a new batch's lines only within a minute, and until then takes it for a few: it
 * would read all of them for each commit.
 */
const countLines = sql`analyze holdfast_batch_line (batch_id, seq, state)`;

/** @throws OvertakenReading when another one has begun since; none begins until the transaction ends. */
async function lockReading(
  transaction: Kysely<BatchTables>,
  id: string,
  pass: number,
): Promise<void> {
  const { numUpdatedRows } = await transaction
    .updateTable('holdfast_batch')
    .set({ readings: pass })
    .where('id', '=', id)
    .where('readings', '=', pass)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new OvertakenReading(id);
}

const lineColumns: readonly ValuesColumn[] = [
  ['batch', 'text'],
  ['custom', 'text'],
  ['seq', 'bigint'],
  ['line', 'bigint'],
  ['pass', 'integer'],
  ['url', 'text'],
  ['hash', 'text'],
  ['body', 'bytea'],
];

function isOther({ customId }: BatchLine): Problem {
  const problem = `the custom_id ${customId} belongs to this batch with another body; use another custom_id, or another --out`;
  return { code: 'other_body', param: 'custom_id', problem };
}
