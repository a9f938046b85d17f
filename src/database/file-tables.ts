import type { DatabaseKind } from './open-database.ts';

const bytes: Record<DatabaseKind, string> = { sqlite: 'blob', postgres: 'bytea' };

/** The statements that make the tables of clients' files and batches; `batch/files` says what they mean. */
export function fileTables(kind: DatabaseKind): readonly string[] {
  return [
    `create table holdfast_file (
      id text primary key, tenant text not null, purpose text not null, filename text not null,
      bytes bigint not null, state text not null, batch_id text, part text,
      created_at_ms bigint not null, expires_at_ms bigint)`,
    `create index holdfast_file_order on holdfast_file (tenant, created_at_ms, id)`,
    `create table holdfast_file_part (
      file_id text not null, nth integer not null, content ${bytes[kind]} not null,
      constraint holdfast_file_part_key primary key (file_id, nth))`,
    `create table holdfast_client_batch (
      id text primary key, tenant text not null, endpoint text not null,
      input_file_id text not null, completion_window text not null, metadata text, model text,
      models text, state text not null, errors text, output_file_id text, error_file_id text,
      usage text, files_expire_after_ms bigint, created_at_ms bigint not null,
      in_progress_at_ms bigint, expires_at_ms bigint not null, finalizing_at_ms bigint,
      completed_at_ms bigint, failed_at_ms bigint, expired_at_ms bigint, cancelling_at_ms bigint,
      cancelled_at_ms bigint)`,
    `create index holdfast_client_batch_order on holdfast_client_batch (tenant, created_at_ms, id)`,
    `create index holdfast_client_batch_open on holdfast_client_batch (created_at_ms)
      where state in ('validating', 'cancelling')`,
  ];
}
