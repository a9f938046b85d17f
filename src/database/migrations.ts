import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Tables } from './database-schema.ts';
import type { DatabaseKind } from './open-database.ts';

/**
 * Brings the tables up to date. Safe when several workers start at once: everything happens in one
 * transaction behind one lock (SQLite: `BEGIN IMMEDIATE`; PostgreSQL: an advisory lock, because
 * `CREATE TABLE IF NOT EXISTS` itself fails when two run it at the same moment). Where there is
 * nothing to do it takes no lock: a worker must be able to start while another one hangs.
 */
export async function migrate(database: Kysely<Tables>, kind: DatabaseKind): Promise<void> {
  if (await isUpToDate(database, kind)) return;
  await database.transaction().execute(async (transaction) => {
    if (kind === 'postgres') {
      await sql`select pg_advisory_xact_lock(${sql.lit(4_711_020_031)})`.execute(transaction);
    }
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

/**
 * Whether all migrations of this version ran. Those of a later version may have run too, before a
 * rollback: migrations only add. What cannot be read is left to the migration to report.
 */
async function isUpToDate(database: Kysely<Tables>, kind: DatabaseKind): Promise<boolean> {
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(migrationTable)}`
    .execute(database)
    .catch(() => ({ rows: [] }));
  const ran = new Set(rows.map(({ name }) => name));
  return Object.keys(migrations(kind)).every((name) => ran.has(name));
}

// biome-ignore lint/suspicious/noExplicitAny: a migration sees whatever schema was there before it.
type AnyTables = any;

function migrations(kind: DatabaseKind): Record<string, Migration> {
  const nowMs = databaseNowMs[kind];
  return {
    '001_ledger': {
      async up(database: Kysely<AnyTables>) {
        await database.schema
          .createTable('holdfast_effect')
          .addColumn('key', 'text', (column) => column.notNull())
          .addColumn('generation', 'integer', (column) => column.notNull())
          .addColumn('effect', 'text', (column) => column.notNull())
          .addColumn('fingerprint', 'text', (column) => column.notNull())
          .addColumn('request', 'text', (column) => column.notNull())
          .addColumn('api_version', 'text')
          .addColumn('state', 'text', (column) => column.notNull())
          .addColumn('token', 'bigint', (column) => column.notNull())
          .addColumn('in_doubt', 'integer', (column) => column.notNull())
          .addColumn('first_sent_at_ms', 'bigint', (column) => column.notNull())
          .addColumn('claimed_at_ms', 'bigint', (column) => column.notNull())
          .addColumn('lease_until_ms', 'bigint', (column) => column.notNull())
          .addColumn('result', 'text')
          .addColumn('failure', 'text')
          .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
          .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
          .addPrimaryKeyConstraint('holdfast_effect_key', ['key', 'generation'])
          .execute();
        for (const statement of tokenSource[kind]) await sql.raw(statement).execute(database);
      },
    },
    '002_orders': {
      async up(database: Kysely<AnyTables>) {
        await database.schema
          .createTable('holdfast_order')
          .addColumn('key', 'text', (column) => column.primaryKey())
          .addColumn('order_id', 'text', (column) => column.notNull())
          .addColumn('customer_id', 'text', (column) => column.notNull())
          .addColumn('payment_method', 'text', (column) => column.notNull())
          .addColumn('email_hash', 'text', (column) => column.notNull())
          .addColumn('extracted', 'text', (column) => column.notNull())
          .addColumn('amount_minor', 'bigint')
          .addColumn('currency', 'text')
          .addColumn('review_reasons', 'text', (column) => column.notNull())
          .addColumn('fingerprint', 'text', (column) => column.notNull())
          .addColumn('saved_at_ms', 'bigint', (column) =>
            column.notNull().defaultTo(sql`(${nowMs})`),
          )
          .execute();
      },
    },
    '003_attempts': {
      async up(database: Kysely<AnyTables>) {
        const { schema } = database;
        let table = schema
          .createTable('holdfast_attempt')
          .addColumn('attempt_id', 'text', (column) => column.primaryKey());
        for (const [name, type] of attemptColumns) {
          table = table.addColumn(name.replace('?', ''), type, (column) =>
            name.endsWith('?') ? column : column.notNull(),
          );
        }
        await table.execute();
        await schema
          .createIndex('holdfast_attempt_workflow')
          .on('holdfast_attempt')
          .columns(['workflow_id', 'started_at_ms'])
          .execute();
      },
    },
    '004_gates': {
      async up(database: Kysely<AnyTables>) {
        await database.schema
          .createTable('holdfast_gate')
          .addColumn('worker', 'text', (column) => column.notNull())
          .addColumn('model', 'text', (column) => column.notNull())
          .addColumn('snapshot', 'text', (column) => column.notNull())
          .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
          .addPrimaryKeyConstraint('holdfast_gate_key', ['worker', 'model'])
          .execute();
      },
    },
    '005_request_timeout': {
      async up(database: Kysely<AnyTables>) {
        await database.schema
          .alterTable('holdfast_effect')
          .addColumn('request_timeout_ms', 'bigint')
          .execute();
      },
    },
    '006_doubt': {
      async up(database: Kysely<AnyTables>) {
        await database.schema
          .createTable('holdfast_doubt')
          .addColumn('owner', 'text', (column) => column.primaryKey())
          .addColumn('since_ms', 'bigint', (column) => column.notNull())
          .execute();
      },
    },
  };
}

/** Columns of the attempts; with a question mark where there may be nothing. */
const attemptColumns = [
  ['kind', 'text'],
  ['workflow_id', 'text'],
  ['run_id', 'text'],
  ['request_id', 'text'],
  ['step', 'text'],
  ['attempt', 'integer'],
  ['model?', 'text'],
  ['provider', 'text'],
  ['started_at_ms', 'bigint'],
  ['sent', 'text'],
  ['sent_at_ms?', 'bigint'],
  ['finished_at_ms?', 'bigint'],
  ['outcome', 'text'],
  ['reason?', 'text'],
  ['status?', 'integer'],
  ['provider_request_id?', 'text'],
  ['input_tokens?', 'bigint'],
  ['output_tokens?', 'bigint'],
  ['cost?', 'text'],
  ['currency?', 'text'],
  ['retry_after_ms?', 'bigint'],
  ['delay_ms?', 'bigint'],
  ['delay_source?', 'text'],
  ['stopped?', 'text'],
  ['held_ms?', 'bigint'],
  ['billing?', 'text'],
] as const;

const sqliteNowMs = sql<number>`cast(unixepoch('subsec') * 1000 as integer)`;
/** The wall clock, because `now()` stands still while a statement waits. */
const postgresNowMs = sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/** The database's clock: workers' clocks differ, and leases must not depend on them. */
export const databaseNowMs: Record<DatabaseKind, ReturnType<typeof sql<number>>> = {
  sqlite: sqliteNowMs,
  postgres: postgresNowMs,
};

/**
 * Where fencing tokens come from: never the same twice, also after rows were released or pruned.
 * SQLite has no sequences: a counter that triggers move within the claim's own statement.
 */
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
export const nextToken: Record<DatabaseKind, ReturnType<typeof sql<number>>> = {
  postgres: sql<number>`nextval('holdfast_token')`,
  sqlite: sql<number>`(select last + 1 from holdfast_token)`,
};
