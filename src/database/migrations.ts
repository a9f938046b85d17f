import { type Kysely, type RawBuilder, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { batchTables, rangeSinceColumn, rangeTables, readingColumns } from './batch-tables.ts';
import type { Tables } from './database-schema.ts';
import { fileTables } from './file-tables.ts';
import {
  failedUsageColumns,
  gatewayTables,
  reservedColumns,
  responseColumns,
  webhookColumns,
} from './gateway-tables.ts';
import type { DatabaseKind } from './open-database.ts';
import { submissionTables } from './submission-tables.ts';

/**
 * Brings the tables up to date. Safe when several workers start at once: everything happens in one
 * transaction behind one lock (SQLite: `BEGIN IMMEDIATE`; PostgreSQL: an advisory lock, because
 * `CREATE TABLE IF NOT EXISTS` itself fails when two run it at the same moment). Where there is
 * nothing to do it takes no lock: a worker must be able to start while another one hangs.
 */
export async function migrate(database: Kysely<Tables>, kind: DatabaseKind): Promise<void> {
  if (await isUpToDate(database, kind)) return;
  await database.transaction().execute(async (transaction) => {
    await lockMigrations(transaction, kind, 4_711_020_031);
    const migrator = new Migrator({
      db: transaction,
      provider: { getMigrations: async () => migrations(kind) },
      // The application may have migrations of its own in the same database.
      migrationTableName: migrationTable,
      migrationLockTableName: 'holdfast_migration_lock',
    });
    const { error } = await migrator.migrateToLatest();
    if (error) throw error;
  });
}

const migrationTable = 'holdfast_migration';

/** Whether all migrations of this version ran; those of later ones, before a rollback, only add. */
async function isUpToDate(database: Kysely<Tables>, kind: DatabaseKind): Promise<boolean> {
  const ran = await readNames(database, migrationTable).catch(() => new Set());
  return Object.keys(migrations(kind)).every((name) => ran.has(name));
}

/**
 * Has other workers wait until the transaction ends. SQLite's own `BEGIN IMMEDIATE` does that already.
 *
 * @param lock PostgreSQL's advisory lock: one for each table of migrations.
 */
export async function lockMigrations(
  transaction: Kysely<Tables>,
  kind: DatabaseKind,
  lock: number,
): Promise<void> {
  if (kind !== 'postgres') return;
  // Another worker's migration, and an index over many rows, take longer than a statement may otherwise.
  await sql`set local lock_timeout = 0`.execute(transaction);
  await sql`set local statement_timeout = 0`.execute(transaction);
  await sql`select pg_advisory_xact_lock(${sql.lit(lock)})`.execute(transaction);
}

/** The names that a table of migrations holds: those that ran. @throws what the database says. */
async function readNames(database: Kysely<Tables>, table: string): Promise<Set<string>> {
  const names = sql<{ name: string }>`select name from ${sql.table(table)}`;
  return new Set((await names.execute(database)).rows.map(({ name }) => name));
}

// biome-ignore lint/suspicious/noExplicitAny: a migration sees whatever schema was there before it.
type AnyTables = any;

/** A migration of these statements, in SQL that both databases take. */
function statements(...texts: readonly string[]): Migration {
  return {
    async up(database: Kysely<AnyTables>) {
      for (const text of texts) await sql.raw(text).execute(database);
    },
  };
}

function migrations(kind: DatabaseKind): Record<string, Migration> {
  return {
    '001_ledger': statements(
      `create table holdfast_effect (
        "key" text not null, generation integer not null, effect text not null,
        fingerprint text not null, request text not null, api_version text,
        state text not null, token bigint not null, in_doubt integer not null,
        first_sent_at_ms bigint not null, claimed_at_ms bigint not null,
        lease_until_ms bigint not null, result text, failure text,
        created_at_ms bigint not null, updated_at_ms bigint not null,
        constraint holdfast_effect_key primary key ("key", generation))`,
      ...tokenSource[kind],
    ),
    // The table of orders once; databases have its name among what ran.
    '002_orders': statements(),
    '003_attempts': statements(
      `create table holdfast_attempt (
        attempt_id text primary key, kind text not null, workflow_id text not null,
        run_id text not null, request_id text not null, step text not null,
        attempt integer not null, model text, provider text not null,
        started_at_ms bigint not null, sent text not null, sent_at_ms bigint,
        finished_at_ms bigint, outcome text not null, reason text, status integer,
        provider_request_id text, input_tokens bigint, output_tokens bigint, cost text,
        currency text, retry_after_ms bigint, delay_ms bigint, delay_source text, stopped text,
        held_ms bigint, billing text)`,
      `create index holdfast_attempt_workflow on holdfast_attempt (workflow_id, started_at_ms)`,
    ),
    '004_gates': statements(
      `create table holdfast_gate (
        worker text not null, model text not null, snapshot text not null,
        updated_at_ms bigint not null, constraint holdfast_gate_key primary key (worker, model))`,
    ),
    '005_request_timeout': statements(
      `alter table holdfast_effect add column request_timeout_ms bigint`,
    ),
    '006_doubt': statements(
      `create table holdfast_doubt (owner text primary key, since_ms bigint not null)`,
    ),
    // Whose effects these are: a copy, a backup too, has the id of what it was copied from.
    '007_ledger_id': statements(
      'create table holdfast_ledger (id text not null)',
      `insert into holdfast_ledger values (${randomId[kind]})`,
    ),
    '008_size': statements(
      // Pages of the ledger, newest change first: of all, of one effect, of the few that are not done.
      `create index holdfast_effect_changed on holdfast_effect
        (updated_at_ms desc, "key", generation)`,
      `create index holdfast_effect_of_name on holdfast_effect
        (effect, updated_at_ms desc, "key", generation)`,
      `create index holdfast_effect_open on holdfast_effect
        (state, updated_at_ms desc, "key", generation, effect) where state <> 'succeeded'`,
      // SQLite sorts its primary key byte by byte already.
      ...(kind === 'postgres'
        ? ['create index holdfast_effect_owner on holdfast_effect ("key" text_pattern_ops)']
        : []),
      'create index holdfast_attempt_started on holdfast_attempt (started_at_ms)',
    ),
    '009_holds': statements(
      `create table holdfast_hold (
        target text primary key, reason text not null, held_by text not null,
        since_ms bigint not null)`,
    ),
    '020_gateway': statements(...gatewayTables(kind)),
    // Of one step of a loop, as `charge.2026-11`; an effect without steps costs nothing here.
    '021_steps': statements(
      `create index holdfast_effect_step on holdfast_effect
        ((${labelOfKey[kind]}), updated_at_ms desc, "key", generation)
        where ${labelOfKey[kind]} <> effect`,
    ),
    '022_webhooks': statements(...webhookColumns),
    '023_batch': statements(...batchTables(kind)),
    '024_responses': statements(...responseColumns),
    '025_files': statements(...fileTables(kind)),
    '026_submissions': statements(...submissionTables),
    '027_readings': statements(...readingColumns),
    '028_reserved': statements(...reservedColumns),
    '029_ranges': statements(...rangeTables),
    '030_rates': statements(
      `create table holdfast_rate (
        account text primary key, requests_whole_at_ms double precision not null,
        tokens_whole_at_ms double precision not null)`,
    ),
    '031_failed_usage': statements(...failedUsageColumns),
    '032_range_since': statements(...rangeSinceColumn),
  };
}

/** What of a key names the effect within its workflow: `charge`, `charge.2026-11`. */
export const labelOfKey: Record<DatabaseKind, string> = {
  sqlite: `substr("key", instr("key", ':') + 1)`,
  postgres: `substr("key", strpos("key", ':') + 1)`,
};

/** 16 hexadecimal digits. */
const randomId: Record<DatabaseKind, string> = {
  sqlite: 'lower(hex(randomblob(8)))',
  postgres: 'substr(md5(random()::text || clock_timestamp()::text), 1, 16)',
};

const nowMs: Record<DatabaseKind, string> = {
  sqlite: `cast(unixepoch('subsec') * 1000 as integer)`,
  // The wall clock, because `now()` stands still while a statement waits.
  postgres: 'floor(extract(epoch from clock_timestamp()) * 1000)::bigint',
};

/** The database's clock: workers' clocks differ, and leases must not depend on them. */
export const databaseNowMs: Record<DatabaseKind, RawBuilder<number>> = {
  sqlite: sql.raw(nowMs.sqlite),
  postgres: sql.raw(nowMs.postgres),
};

/** Fencing tokens, never the same twice; SQLite has no sequence, so triggers move a counter. */
const tokenSource: Record<DatabaseKind, readonly string[]> = {
  postgres: ['create sequence holdfast_token'],
  sqlite: [
    'create table holdfast_token (last integer not null)',
    'insert into holdfast_token values (0)',
    ...['insert on', 'update of token on'].map(
      (event) => `create trigger holdfast_token_${event.startsWith('insert') ? 'insert' : 'update'}
        after ${event} holdfast_effect begin
          update holdfast_token set last = new.token where last < new.token;
        end`,
    ),
  ],
};

/** The next fencing token, as an expression of the claim's statement. */
export const nextToken: Record<DatabaseKind, RawBuilder<number>> = {
  postgres: sql<number>`nextval('holdfast_token')`,
  sqlite: sql<number>`(select last + 1 from holdfast_token)`,
};
