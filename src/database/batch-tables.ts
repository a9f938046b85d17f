import type { DatabaseKind } from './open-database.ts';

const bytes: Record<DatabaseKind, string> = { sqlite: 'blob', postgres: 'bytea' };

/** The statements that make the tables of batches; `batch/store` says what the columns mean. */
export function batchTables(kind: DatabaseKind): readonly string[] {
  return [
    `create table holdfast_batch (
      id text primary key, tenant text not null, settings text not null, state text not null,
      pass integer not null, total bigint not null, answered bigint not null,
      failed bigint not null, attempts bigint not null, possibly_billed bigint not null,
      repairs bigint not null, input_tokens bigint not null, output_tokens bigint not null,
      cost_nano bigint not null, reserved_nano bigint not null, ends bigint not null,
      created_at_ms bigint not null, ended_at_ms bigint)`,
    `create table holdfast_batch_line (
      batch_id text not null, custom_id text not null, seq bigint not null, line bigint not null,
      pass integer not null, first_pass integer not null, url text not null, hash text not null,
      body ${bytes[kind]} not null, state text not null, owner text not null,
      attempts integer not null, free_attempts integer not null, possibly_billed integer not null,
      repairs integer not null, input_tokens bigint not null, output_tokens bigint not null,
      nth bigint, status integer, request_id text, answer ${bytes[kind]}, error_code text,
      error_message text,
      constraint holdfast_batch_line_key primary key (batch_id, seq))`,
    `create unique index holdfast_batch_line_id on holdfast_batch_line (batch_id, custom_id)`,
    `create index holdfast_batch_line_order on holdfast_batch_line (batch_id, line)`,
    `create index holdfast_batch_line_end on holdfast_batch_line (batch_id, nth)
      where nth is not null`,
    `create index holdfast_batch_line_open on holdfast_batch_line (batch_id, seq)
      where state in ('waiting', 'sent')`,
    `create index holdfast_batch_line_failed on holdfast_batch_line (batch_id, error_code)
      where state = 'failed'`,
  ];
}

/** Which ranges of lines are run by whom, when the next request may be made, and for what a batch waits. */
export const rangeTables: readonly string[] = [
  `create table holdfast_batch_range (
    batch_id text not null, owner text not null, server text not null, from_seq bigint not null,
    to_seq bigint not null, until_ms bigint not null,
    constraint holdfast_batch_range_key primary key (batch_id, owner))`,
  'alter table holdfast_batch add column next_send_us bigint not null default 0',
  'alter table holdfast_batch add column parked text',
];

/** When a run of a range was given out: one that begins late overtakes no later one. */
export const rangeSinceColumn: readonly string[] = [
  'alter table holdfast_batch_range add column since_ms bigint not null default 0',
];

/** How often a file was begun to be read: `pass` is the last reading that came to its end. */
export const readingColumns: readonly string[] = [
  'alter table holdfast_batch add column readings integer not null default 0',
  'update holdfast_batch set readings = pass',
];
