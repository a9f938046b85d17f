import type { Kysely, Selectable } from 'kysely';
import type { Tables } from '../../database/database-schema.ts';

/**
 * Where a line stands: `waiting`, `sent` while an attempt is under way, `submitted` while it is with the
 * provider's own Batch API, then one of two ends.
 */
export type LineState = 'waiting' | 'sent' | 'submitted' | 'answered' | 'failed';

/** A batch, with its sums. Times are milliseconds of the database's clock. */
export interface BatchTable {
  /** Also the id of its workflow. */
  id: string;
  tenant: string;
  /** JSON text: what makes it another batch. */
  settings: string;
  /** `reading` until its file is checked, then `ready`, `paused` or `parked`, then one of its ends. */
  state: 'reading' | 'ready' | 'paused' | 'parked' | 'ended' | 'cancelled';
  /** What a person must cure first; `null` while it is not parked. */
  parked: string | null;
  /** The reading of its file that rules: the last one that came to its end. */
  pass: number;
  /** How often its file was begun to be read: a file that has grown is read again. */
  readings: number;
  total: number;
  answered: number;
  failed: number;
  attempts: number;
  possibly_billed: number;
  repairs: number;
  input_tokens: number;
  output_tokens: number;
  /** What is known to be paid, in 10^-9 of the unit of the models' prices. */
  cost_nano: number;
  /** What those under way, and those that may be billed, cost at most. */
  reserved_nano: number;
  /** Ends so far: what numbers them in the order of their commits. */
  ends: number;
  /** When the next request may be made, in microseconds, where so many a minute are allowed. */
  next_send_us: number;
  created_at_ms: number;
  ended_at_ms: number | null;
}

/** A batch as it is read. */
export type StoredBatch = Selectable<BatchTable>;

/** One line of a batch. */
export interface BatchLineTable {
  batch_id: string;
  custom_id: string;
  /** Order of arrival: ranges of lines are handed out by it. */
  seq: number;
  /** Its line in the file as it was read last: the order of the results. */
  line: number;
  /** The reading that found it last. */
  pass: number;
  /** The reading that it came with. */
  first_pass: number;
  url: string;
  hash: string;
  body: Uint8Array;
  state: LineState;
  /** Who makes, or made, its latest attempt; empty before the first. */
  owner: string;
  attempts: number;
  /** Attempts that no cap counts: the provider had no room for them, or they never left. */
  free_attempts: number;
  possibly_billed: number;
  repairs: number;
  input_tokens: number;
  output_tokens: number;
  /** The how manieth end it was; `null` before. */
  nth: number | null;
  status: number | null;
  request_id: string | null;
  answer: Uint8Array | null;
  /** Our failure type; `null` for an answer. */
  error_code: string | null;
  error_message: string | null;
}

/** A range of lines that is run. */
export interface BatchRangeTable {
  batch_id: string;
  /** Names one run of the range: its lines have it as theirs. Without the row it sends nothing. */
  owner: string;
  /** The namespace of Temporal that gave it out. */
  server: string;
  since_ms: number;
  from_seq: number;
  to_seq: number;
  /** Until then no other server gives out lines of the batch. */
  until_ms: number;
}

/** The tables of batches, beside the others in the ledger's database. */
export interface BatchTables extends Tables {
  holdfast_batch: BatchTable;
  holdfast_batch_line: BatchLineTable;
  holdfast_batch_range: BatchRangeTable;
}

/** The same database, with the tables of batches known. */
export function withBatchTables(database: Kysely<Tables>): Kysely<BatchTables> {
  return database as unknown as Kysely<BatchTables>;
}
