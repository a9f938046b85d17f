import type { Kysely, Selectable } from 'kysely';
import type { BatchTables } from '../store/batch-tables.ts';

/** A file that a client uploaded, or the results of one of its batches. */
export interface FileTable {
  id: string;
  tenant: string;
  purpose: 'batch' | 'batch_output';
  filename: string;
  bytes: number;
  /** `uploading` until all of it is stored: nobody sees it before. */
  state: 'uploading' | 'processed';
  /** The batch whose lines it consists of: results are stored once, as lines. */
  batch_id: string | null;
  /** Which lines of that batch. */
  part: 'answered' | 'failed' | null;
  created_at_ms: number;
  expires_at_ms: number | null;
}

/** A piece of an uploaded file, as its bytes came. */
export interface FilePartTable {
  file_id: string;
  nth: number;
  content: Uint8Array;
}

/** What OpenAI calls a batch's status. */
export type ClientBatchState =
  | 'validating'
  | 'failed'
  | 'in_progress'
  | 'finalizing'
  | 'completed'
  | 'expired'
  | 'cancelling'
  | 'cancelled';

/** What of a batch only OpenAI's API shows; its lines and sums are those of any batch. */
export interface ClientBatchTable {
  /** Also that of the batch, and of its workflow. */
  id: string;
  tenant: string;
  endpoint: string;
  input_file_id: string;
  completion_window: string;
  /** JSON text. */
  metadata: string | null;
  /** Asked by all lines; `null` where they ask several. */
  model: string | null;
  /** JSON text of the models that its key may use; `null` is any. */
  models: string | null;
  state: ClientBatchState;
  /** JSON text of `BatchProblem`s. */
  errors: string | null;
  output_file_id: string | null;
  error_file_id: string | null;
  /** JSON text in OpenAI's form, once it has ended. */
  usage: string | null;
  files_expire_after_ms: number | null;
  created_at_ms: number;
  in_progress_at_ms: number | null;
  expires_at_ms: number;
  finalizing_at_ms: number | null;
  completed_at_ms: number | null;
  failed_at_ms: number | null;
  expired_at_ms: number | null;
  cancelling_at_ms: number | null;
  cancelled_at_ms: number | null;
}

/** A file as it is read. */
export type StoredFile = Selectable<FileTable>;
/** A client's batch as it is read. */
export type ClientBatch = Selectable<ClientBatchTable>;

/** The tables of files, beside those of batches. */
export interface FileTables extends BatchTables {
  holdfast_file: FileTable;
  holdfast_file_part: FilePartTable;
  holdfast_client_batch: ClientBatchTable;
}

/** The same database, with the tables of files known. */
export function withFileTables(database: Kysely<never>): Kysely<FileTables> {
  return database as unknown as Kysely<FileTables>;
}
