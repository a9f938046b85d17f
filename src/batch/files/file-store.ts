import { sql } from 'kysely';
import { databaseNowMs } from '../../database/migrations.ts';
import type { OpenDatabase } from '../../database/open-database.ts';
import { type FileTable, type StoredFile, withFileTables } from './file-tables.ts';
import { type Page, type PageOf, readPage } from './page.ts';

/** A file, named before it is there. */
export type NewFile = Pick<FileTable, 'id' | 'tenant'>;

/** Files of clients, in the ledger's database. */
export type FileStore = ReturnType<typeof fileStore>;

/** An upload that takes longer was given up by its client. */
const longestUploadMs = 24 * 3_600_000;

/** The store of clients' files: uploaded ones in pieces, results as the lines of their batch. */
export function fileStore({ database, kind }: Pick<OpenDatabase, 'database' | 'kind'>) {
  const tables = withFileTables(database as never);
  const now = databaseNowMs[kind];
  const isWhole = sql<boolean>`state = 'processed'
    and (expires_at_ms is null or expires_at_ms > ${now})`;

  async function remove(id: string): Promise<void> {
    await tables.deleteFrom('holdfast_file').where('id', '=', id).execute();
    await tables.deleteFrom('holdfast_file_part').where('file_id', '=', id).execute();
  }

  return {
    remove,

    async begin({ id, tenant }: NewFile): Promise<void> {
      await tables
        .insertInto('holdfast_file')
        .values({
          ...{ id, tenant, purpose: 'batch', filename: '', bytes: 0, state: 'uploading' },
          ...{ batch_id: null, part: null, created_at_ms: now, expires_at_ms: null },
        })
        .execute();
    },

    async addPart(id: string, nth: number, content: Uint8Array): Promise<void> {
      await tables.insertInto('holdfast_file_part').values({ file_id: id, nth, content }).execute();
    },

    /** All of it is stored: its tenant sees it from now on. */
    async whole(
      id: string,
      { filename, bytes, keptMs }: Pick<FileTable, 'filename' | 'bytes'> & { keptMs?: number },
    ): Promise<StoredFile> {
      return tables
        .updateTable('holdfast_file')
        .set({
          ...{ filename, bytes, state: 'processed' },
          ...(keptMs !== undefined && { expires_at_ms: sql<number>`${now} + ${sql.lit(keptMs)}` }),
        })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow();
    },

    /** The results of a batch: its lines of one kind. */
    async ofBatch(
      file: NewFile & Pick<FileTable, 'filename' | 'bytes'>,
      batch_id: string,
      part: 'answered' | 'failed',
      keptMs: number | null,
    ): Promise<void> {
      await tables
        .insertInto('holdfast_file')
        .values({
          ...{ ...file, batch_id, part, purpose: 'batch_output', state: 'processed' },
          created_at_ms: now,
          expires_at_ms: keptMs === null ? null : sql<number>`${now} + ${sql.lit(keptMs)}`,
        })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ bytes: file.bytes }))
        .execute();
    },

    /** The tenant's file; nobody learns of another one's. */
    find: (tenant: string, id: string): Promise<StoredFile | undefined> =>
      tables
        .selectFrom('holdfast_file')
        .selectAll()
        .where('id', '=', id)
        .where('tenant', '=', tenant)
        .where(isWhole)
        .executeTakeFirst(),

    list: (page: PageOf, purpose?: string): Promise<Page<StoredFile>> =>
      readPage(
        ...([tables, 'holdfast_file', page] as const),
        purpose === undefined ? isWhole : sql<boolean>`${isWhole} and purpose = ${purpose}`,
      ),

    /** An uploaded file's bytes, a piece at a time. */
    async *parts(id: string): AsyncGenerator<Buffer> {
      for (let nth = 0; ; nth += 1) {
        const part = await tables
          .selectFrom('holdfast_file_part')
          .select('content')
          .where('file_id', '=', id)
          .where('nth', '=', nth)
          .executeTakeFirst();
        if (!part) return;
        const { buffer, byteOffset, byteLength } = part.content;
        yield Buffer.from(buffer, byteOffset, byteLength);
      }
    },

    /** Deletes what has expired, and uploads that never became whole. */
    async prune(): Promise<void> {
      const over = await tables
        .selectFrom('holdfast_file')
        .select('id')
        .where(
          sql<boolean>`expires_at_ms <= ${now} or (state = 'uploading'
            and created_at_ms < ${now} - ${sql.lit(longestUploadMs)})`,
        )
        .limit(100)
        .execute();
      for (const { id } of over) await remove(id);
    },
  };
}
