import { type Kysely, sql } from 'kysely';
import { databaseNowMs } from '../../database/migrations.ts';
import type { DatabaseKind } from '../../database/open-database.ts';
import type { LineRange } from '../../wire/batch.ts';
import type { BatchTables } from './batch-tables.ts';

/** Who runs a range. */
export interface RangeRunner {
  /** Names this run of the range, and no other. */
  readonly owner: string;
  /** The namespace of Temporal that gave it out: one at a time has the lines of a batch. */
  readonly server: string;
  /** When it was given out, by the server's clock: a worker that was frozen may begin late. */
  readonly sinceMs: number;
}

/** How long a run of a range that says nothing keeps other servers away. */
const keptMs = 30_000;

/** Which ranges are run by whom. */
export function batchRanges(tables: Kysely<BatchTables>, kind: DatabaseKind) {
  const now = databaseNowMs[kind];
  const until = sql<number>`${now} + ${sql.lit(keptMs)}`;
  return {
    /**
     * Takes a range over from whoever had lines of it before by the same server: that one sends nothing
     * any more, from the next commit on.
     *
     * @returns `false` while another server runs lines of the batch, or one that was given out later
     *   runs some of these.
     */
    beginRange: (id: string, { from, to }: LineRange, runner: RangeRunner): Promise<boolean> =>
      tables.transaction().execute(async (transaction) => {
        const { owner, server, sinceMs } = runner;
        // For its lock: two servers do not find the batch free at the same moment.
        await transaction
          .updateTable('holdfast_batch')
          .set({ state: sql.ref('state') })
          .where('id', '=', id)
          .execute();
        await transaction
          .deleteFrom('holdfast_batch_range')
          .where('batch_id', '=', id)
          .where(({ and, or, eb }) =>
            or([
              eb('until_ms', '<=', now),
              and([
                ...[eb('server', '=', server), eb('since_ms', '<=', sinceMs)],
                ...[eb('from_seq', '<=', to), eb('to_seq', '>=', from)],
              ]),
            ]),
          )
          .execute();
        const other = await transaction
          .selectFrom('holdfast_batch_range')
          .select('owner')
          .where('batch_id', '=', id)
          .where(({ and, or, eb }) =>
            or([
              eb('server', '<>', server),
              and([eb('from_seq', '<=', to), eb('to_seq', '>=', from)]),
            ]),
          )
          .limit(1)
          .executeTakeFirst();
        if (other) return false;
        await transaction
          .insertInto('holdfast_batch_range')
          .values({
            ...{ batch_id: id, owner, server, since_ms: sinceMs },
            ...{ from_seq: from, to_seq: to, until_ms: until },
          })
          .execute();
        return true;
      }),

    /** Says that a range is still run. @returns `false` when another one has taken it over. */
    async keepRange(id: string, owner: string): Promise<boolean> {
      const { numUpdatedRows } = await tables
        .updateTable('holdfast_batch_range')
        .set({ until_ms: until })
        .where('batch_id', '=', id)
        .where('owner', '=', owner)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    /** Its run is over. */
    async endRange(id: string, owner: string): Promise<void> {
      await tables
        .deleteFrom('holdfast_batch_range')
        .where('batch_id', '=', id)
        .where('owner', '=', owner)
        .execute();
    },

    /** Whether another server than this one runs lines of the batch now. */
    async isRunElsewhere(id: string, server: string): Promise<boolean> {
      const other = await tables
        .selectFrom('holdfast_batch_range')
        .select('owner')
        .where('batch_id', '=', id)
        .where('server', '<>', server)
        .where('until_ms', '>', now)
        .limit(1)
        .executeTakeFirst();
      return other !== undefined;
    },

    /**
     * Takes the next turns of a batch that may make so many requests a minute, all workers together.
     *
     * @returns in how many milliseconds the first of them is; the others follow evenly.
     */
    async takeTurns(id: string, turns: number, perMinute: number): Promise<number> {
      const nowUs = sql<number>`(${now}) * 1000`;
      const spanUs = sql.lit(Math.round((turns * 60_000_000) / perMinute));
      const next = sql.ref('next_send_us');
      const { waitUs } = await tables
        .updateTable('holdfast_batch')
        .set({
          next_send_us: sql<number>`case when ${next} > ${nowUs} then ${next} else ${nowUs} end + ${spanUs}`,
        })
        .where('id', '=', id)
        .returning(sql<number>`${next} - ${spanUs} - ${nowUs}`.as('waitUs'))
        .executeTakeFirstOrThrow();
      return Math.max(0, Number(waitUs) / 1000);
    },
  };
}
