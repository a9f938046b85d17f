import { sql, type Transaction } from 'kysely';
import type { Tables } from '../database/database-schema.ts';
import { lockMigrations } from '../database/migrations.ts';
import type { DatabaseKind } from '../database/open-database.ts';
import type { Ledger } from '../effects/once/ledger.ts';
import { fingerprintOf } from '../wire/identifiers.ts';
import { type AppDefinition, InvalidApp } from './define-app.ts';
import type { AppMigrations } from './effect-definition.ts';

/** `2` comes before `10`. */
const byNumber = new Intl.Collator('en', { numeric: true }).compare;

const tableName = 'holdfast_app_migration';
const table = sql.table(tableName);

/** A migration as it is declared now, or as it ran. */
interface NamedMigration {
  readonly name: string;
  /** `null` where it ran before hashes were kept. */
  readonly hash: string | null;
}

/**
 * Brings the tables of an application's effects up to date, in one transaction. Safe when several
 * workers start at once: the second one waits, and finds that all of them ran.
 *
 * @throws InvalidApp naming the migration that the database refuses, or that was edited after it ran;
 * none has run then.
 */
export async function migrateApp(ledger: Ledger, { effects = {} }: AppDefinition): Promise<void> {
  const wanted = Object.entries(effects).flatMap(([effect, { migrations = {} }]) =>
    Object.keys(migrations)
      .sort(byNumber)
      .map((name) => {
        const statements = statementsOf(migrations[name] ?? [], ledger.kind);
        return { name: `${effect}/${name}`, statements, hash: hashOf(statements) };
      }),
  );
  const all = sql<NamedMigration>`select name, hash from ${table}`;
  // Where nothing is to be done it takes no lock: a worker must be able to start while another one hangs.
  const known = await ledger.readBeside(all).catch(() => []);
  if (wanted.every((each) => isKnown(each, known))) return;
  await ledger.transaction(async (_, transaction) => {
    await lockMigrations(transaction, ledger.kind, 4_711_020_032);
    await makeTable(transaction, ledger.kind);
    const { rows: ran } = await all.execute(transaction);
    for (const { name, statements, hash } of wanted.filter((each) => !isKnown(each, ran))) {
      const isFromBefore = ran.some((each) => each.name === name);
      for (const text of isFromBefore ? [] : statements) {
        await sql
          .raw(text)
          .execute(transaction)
          .catch((error: Error) => {
            throw new InvalidApp(`the migration ${name}: ${error.message}`, { cause: error });
          });
      }
      await sql`insert into ${table} (name, hash) values (${name}, ${hash})
        on conflict (name) do update set hash = excluded.hash`.execute(transaction);
    }
  });
}

/** @throws InvalidApp when it ran as something else. */
function isKnown({ name, hash }: NamedMigration, ran: readonly NamedMigration[]): boolean {
  const known = ran.find((each) => each.name === name);
  if (known?.hash && known.hash !== hash) {
    throw new InvalidApp(
      `the migration ${name} was edited after it ran in this database, where the edit would never be made: put its text back, and write the change as a migration of its own`,
    );
  }
  return known?.hash === hash;
}

/** Databases from before hashes were kept have the table without them. */
async function makeTable(transaction: Transaction<Tables>, kind: DatabaseKind): Promise<void> {
  await sql`create table if not exists ${table} (name text primary key)`.execute(transaction);
  if (kind === 'postgres') {
    await sql`alter table ${table} add column if not exists hash text`.execute(transaction);
    return;
  }
  const { rows } =
    await sql`select 1 from pragma_table_info(${tableName}) where name = 'hash'`.execute(
      transaction,
    );
  if (rows.length === 0) await sql`alter table ${table} add column hash text`.execute(transaction);
}

/** Another indentation is no other migration. */
function hashOf(statements: readonly string[]): string {
  return fingerprintOf(statements.map((text) => text.replace(/\s+/g, ' ').trim()));
}

function statementsOf(migration: AppMigrations[string], kind: DatabaseKind): readonly string[] {
  if (typeof migration === 'string') return [migration];
  return Array.isArray(migration)
    ? migration
    : statementsOf((migration as Record<DatabaseKind, string | readonly string[]>)[kind], kind);
}
