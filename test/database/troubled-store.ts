import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../src/database/database-schema.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import type { Ledger } from '../../src/effects/once/ledger.ts';
import { ledgerIn } from '../../src/effects/once/open-ledger.ts';
import { withOrderTable } from '../support/order-effects.ts';

/** A ledger whose database takes no writes when a test says so. */
export interface TroubledStore {
  readonly ledger: Ledger;
  readonly orders: () => Promise<number>;
  /** From now on it has no room for more than a page. */
  readonly full: () => Promise<void>;
  readonly readOnly: () => Promise<void>;
  readonly mend: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** What makes the trouble, as statements on the store's only connection. */
interface Statements {
  readonly full: string[];
  readonly readOnly: string[];
  readonly mend: string[];
}

/** SQLite with no page more than it has, or with a connection that may only read. */
export async function troubledSqlite(): Promise<TroubledStore> {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-troubled-'));
  const open = openDatabase({ sqliteFile: path.join(folder, 'ledger.db') });
  const ledger = await withOrderTable(await ledgerIn(open));
  const statements = {
    full: ['pragma max_page_count = 1'],
    readOnly: ['pragma query_only = 1'],
    mend: ['pragma query_only = 0', 'pragma max_page_count = 1000000'],
  };
  return troubled(ledger, open.database, statements, () => rm(folder, { recursive: true }));
}

/**
 * PostgreSQL that says of its tables what it says when the disk has no room (a disk that small cannot
 * be had everywhere), or whose transactions may only read, as on a standby.
 */
export async function troubledPostgres(databaseUrl: string): Promise<TroubledStore> {
  const open = openDatabase({ databaseUrl }, { connections: 1 });
  const ledger = await withOrderTable(await ledgerIn(open));
  const tables = ['holdfast_effect', 'holdfast_order'];
  await sql`create function no_space() returns trigger language plpgsql as $$ begin
    raise exception 'could not extend file "base/5/16384": No space left on device'
      using errcode = '53100'; end $$`.execute(open.database);
  const statements = {
    full: tables.map(
      (table) =>
        `create trigger no_space before insert or update on ${table} execute function no_space()`,
    ),
    readOnly: ['set default_transaction_read_only = on'],
    mend: [
      'set default_transaction_read_only = off',
      ...tables.map((table) => `drop trigger if exists no_space on ${table}`),
    ],
  };
  return troubled(ledger, open.database, statements);
}

function troubled(
  ledger: Ledger,
  database: Kysely<Tables>,
  statements: Statements,
  cleanUp = async () => {},
): TroubledStore {
  const runAll = (all: readonly string[]) => async () => {
    for (const text of all) await sql.raw(text).execute(database);
  };
  return {
    ledger,
    orders: async () => (await sql`select key from holdfast_order`.execute(database)).rows.length,
    full: runAll(statements.full),
    readOnly: runAll(statements.readOnly),
    mend: runAll(statements.mend),
    stop: async () => {
      await ledger.close();
      await cleanUp();
    },
  };
}
