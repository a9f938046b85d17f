import { type Kysely, type Selectable, sql } from 'kysely';
import { databaseNowMs } from '../../database/migrations.ts';
import type { OpenDatabase } from '../../database/open-database.ts';
import { readNowMs } from '../../database/read-now-ms.ts';
import type { Sending } from '../store/batch-changes.ts';
import { writeCommit } from '../store/batch-commits.ts';
import { isOfFile } from '../store/batch-store.ts';
import type { BatchLineTable, BatchTables } from '../store/batch-tables.ts';

/** Lines that are, or were, with a provider's own Batch API. */
export interface SubmissionTable {
  /** Told to the provider: by it the submission is found again. */
  id: string;
  batch_id: string;
  provider: string;
  url: string;
  /**
   * `intended` is committed before anything is sent; `open` knows the provider's id; of one that is
   * `cancelling` the provider was asked to run no more.
   */
  state: 'intended' | 'open' | 'cancelling' | 'collected';
  remote_id: string | null;
  created_at_ms: number;
}

/** A submission as it is read. */
export type Submission = Selectable<SubmissionTable>;

/** A line that may be submitted, or was. */
export type SubmittedLine = Pick<Selectable<BatchLineTable>, 'seq' | 'url' | 'body' | 'owner'>;

interface SubmissionTables extends BatchTables {
  holdfast_batch_submission: SubmissionTable;
}

/** What is intended to be submitted. */
export interface Intent extends Pick<SubmissionTable, 'id' | 'batch_id' | 'provider' | 'url'> {
  readonly lines: readonly Sending[];
  readonly maximumCostNano: number | undefined;
}

/** Submissions, in the ledger's database. */
export type SubmissionStore = ReturnType<typeof submissionStore>;

/** Lines of one statement: SQLite counts its values. */
const linesAtOnce = 1000;

/** Names the owner of lines that are submitted: they are not submitted again. */
export const submissionPrefix = 'sub-';

class OverBudget extends Error {
  override readonly name = 'OverBudget';
}

/** The store of submissions, beside the batches whose lines they take. */
export function submissionStore({ database, kind }: Pick<OpenDatabase, 'database' | 'kind'>) {
  const tables = database as unknown as Kysely<SubmissionTables>;
  const now = databaseNowMs[kind];
  const set = (id: string, change: Partial<SubmissionTable>) =>
    tables.updateTable('holdfast_batch_submission').set(change).where('id', '=', id).execute();
  const linesWith = ({ id, batch_id }: Submission) =>
    tables
      .selectFrom('holdfast_batch_line')
      .select(['seq', 'url', 'body', 'owner'])
      .where('batch_id', '=', batch_id)
      .where('owner', '=', id)
      .where(sql<boolean>`state = 'submitted'`);
  return {
    /** Those that are not collected yet. */
    open: (batchId: string): Promise<Submission[]> =>
      tables
        .selectFrom('holdfast_batch_submission')
        .selectAll()
        .where('batch_id', '=', batchId)
        .where('state', '!=', 'collected')
        .orderBy('created_at_ms')
        .execute(),

    /** Lines that were never submitted, in order, after one. */
    waiting: (batchId: string, after: number, most: number): Promise<SubmittedLine[]> =>
      tables
        .selectFrom('holdfast_batch_line')
        .select(['seq', 'url', 'body', 'owner'])
        .where('batch_id', '=', batchId)
        // The first is what the index is over.
        .where(sql<boolean>`state in ('waiting', 'sent') and state = 'waiting'`)
        .where(isOfFile)
        .where('seq', '>', after)
        .where('owner', 'not like', `${submissionPrefix}%`)
        .orderBy('seq')
        .limit(most)
        .execute(),

    /** Commits which lines are about to be submitted. @returns `false` where the budget has no room. */
    async intend({ lines, maximumCostNano, ...intent }: Intent): Promise<boolean> {
      try {
        await tables.transaction().execute(async (transaction) => {
          // Lines are taken by who runs their range: for the time of this, the submission does.
          const range = { batch_id: intent.batch_id, owner: intent.id };
          await transaction
            .insertInto('holdfast_batch_range')
            .values({ ...range, server: '', since_ms: 0, from_seq: 0, to_seq: 0, until_ms: 0 })
            .execute();
          for (let at = 0; at < lines.length; at += linesAtOnce) {
            const sending = lines.slice(at, at + linesAtOnce);
            const commit = { sending, failed: [], ended: [], maximumCostNano };
            const database = transaction as unknown as Kysely<BatchTables>;
            const { isOverBudget } = await writeCommit(database, kind, intent.batch_id, commit);
            if (isOverBudget) throw new OverBudget();
          }
          await transaction
            .updateTable('holdfast_batch_line')
            .set({ state: 'submitted' })
            .where('batch_id', '=', intent.batch_id)
            .where('owner', '=', intent.id)
            .execute();
          await transaction
            .deleteFrom('holdfast_batch_range')
            .where('batch_id', '=', intent.batch_id)
            .where('owner', '=', intent.id)
            .execute();
          await transaction
            .insertInto('holdfast_batch_submission')
            .values({ ...intent, state: 'intended', remote_id: null, created_at_ms: now })
            .execute();
        });
        return true;
      } catch (error) {
        if (error instanceof OverBudget) return false;
        throw error;
      }
    },

    /** The lines of a submission that have no end yet, in order, after one. */
    lines: (submission: Submission, after: number, most: number): Promise<SubmittedLine[]> =>
      linesWith(submission).where('seq', '>', after).orderBy('seq').limit(most).execute(),

    /** Some of its lines that have no end yet. */
    linesOf: (submission: Submission, seqs: readonly number[]): Promise<SubmittedLine[]> =>
      linesWith(submission)
        .where('seq', 'in', seqs.length > 0 ? seqs : [0])
        .execute(),

    submitted: (id: string, remoteId: string) => set(id, { state: 'open', remote_id: remoteId }),
    cancelling: (id: string) => set(id, { state: 'cancelling' }),
    collected: (id: string) => set(id, { state: 'collected' }),

    /** The provider took none of them: they are submitted again. */
    async giveBack({ id, batch_id }: Submission): Promise<void> {
      await tables
        .updateTable('holdfast_batch_line')
        .set({ state: 'waiting', owner: '' })
        .where('batch_id', '=', batch_id)
        .where('owner', '=', id)
        .where(sql<boolean>`state in ('waiting', 'submitted')`)
        .execute();
      await set(id, { state: 'collected' });
    },

    nowMs: (): Promise<number> => readNowMs(tables, kind),
  };
}
