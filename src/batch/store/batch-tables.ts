import type { Kysely } from 'kysely';
import type { Tables } from '../../database/database-schema.ts';

/** Where a line stands: `waiting`, `sent` while an attempt is under way, then one of two ends. */
export type LineState = 'waiting' | 'sent' | 'answered' | 'failed';

/** A batch. Times are milliseconds of the database's clock. */
export interface BatchTable {
  /** Also the id of its workflow. */
  id: string;
  tenant: string;
  /** JSON text of `BatchSettings`: what makes it another batch. */
  settings: string;
  /** `reading` until its file is checked; from then on its workflow says more. */
  state: 'reading' | 'ready' | 'ended';
  /** How often its file was read: a file that has grown is read again. */
  pass: number;
  created_at_ms: number;
  ended_at_ms: number | null;
}

/** One line of a batch. */
export interface BatchLineTable {
  batch_id: string;
  custom_id: string;
  /** Order of arrival: ranges of lines are handed out by it. */
  seq: number;
  /** Its line in the file as it was read last: the order of the results. */
  line: number;
  pass: number;
  /** The reading that it came with. */
  first_pass: number;
  url: string;
  model: string;
  hash: string;
  body: Uint8Array;
  state: LineState;
  attempts: number;
  possibly_billed: number;
  repairs: number;
  input_tokens: number;
  output_tokens: number;
  status: number | null;
  request_id: string | null;
  answer: Uint8Array | null;
  /** JSON text of `{code, message}`. */
  error: string | null;
}

/** The tables of batches, beside the others in the ledger's database. */
export interface BatchTables extends Tables {
  holdfast_batch: BatchTable;
  holdfast_batch_line: BatchLineTable;
}

/** The same database, with the tables of batches known. */
export function withBatchTables(database: Kysely<Tables>): Kysely<BatchTables> {
  return database as unknown as Kysely<BatchTables>;
}
