import type { DatabaseKind } from './open-database.ts';

const bytes: Record<DatabaseKind, string> = { sqlite: 'blob', postgres: 'bytea' };

/** The statements that make the gateway's tables; `gateway/store` says what the columns mean. */
export function gatewayTables(kind: DatabaseKind): readonly string[] {
  return [
    `create table holdfast_request (
      id text primary key, tenant text not null, api_key text not null, idempotency_key text,
      fingerprint text not null, model text not null, request text not null,
      body ${bytes[kind]} not null, state text not null, gateway text not null,
      has_client integer not null, is_claimed integer not null, broke_off integer not null,
      attempts integer not null, possibly_billed integer not null, answer text,
      answer_body ${bytes[kind]}, failure text, deadline_at_ms bigint not null,
      created_at_ms bigint not null, ended_at_ms bigint)`,
    `create unique index holdfast_request_key on holdfast_request (tenant, idempotency_key)`,
    `create index holdfast_request_same on holdfast_request (tenant, fingerprint, created_at_ms)`,
    `create index holdfast_request_open on holdfast_request (gateway) where ended_at_ms is null`,
    `create index holdfast_request_ended on holdfast_request (ended_at_ms)`,
    `create table holdfast_gateway (gateway text primary key, lease_until_ms bigint not null)`,
    `create table holdfast_gateway_key (
      id text primary key, tenant text not null, hash text not null unique, limits text not null,
      created_at_ms bigint not null, revoked_at_ms bigint)`,
    `create table holdfast_gateway_use (
      key_id text not null, "window" text not null, requests bigint not null,
      tokens bigint not null, cost_nano bigint not null,
      constraint holdfast_gateway_use_key primary key (key_id, "window"))`,
  ];
}

/** What later versions added to them. */
export const webhookColumns: readonly string[] = [
  'alter table holdfast_gateway_key add column webhook text',
  'alter table holdfast_request add column webhook integer not null default 0',
  'create index holdfast_request_webhook on holdfast_request (ended_at_ms) where webhook > 0',
];

/** See `webhookColumns`. */
export const responseColumns: readonly string[] = [
  'alter table holdfast_request add column response_id text',
];

/** See `webhookColumns`. */
export const reservedColumns: readonly string[] = [
  'alter table holdfast_request add column reserved text',
  'create index holdfast_request_reserved on holdfast_request (ended_at_ms) where reserved is not null',
];

/** See `webhookColumns`. */
export const failedUsageColumns: readonly string[] = [
  'alter table holdfast_request add column failed_input_tokens bigint not null default 0',
  'alter table holdfast_request add column failed_output_tokens bigint not null default 0',
];
