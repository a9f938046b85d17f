import { sql } from 'kysely';
import { lockMigrations, readNames } from '../database/migrations.ts';
import type { DatabaseKind } from '../database/open-database.ts';
import type { Ledger } from '../effects/once/ledger.ts';
import { type AppDefinition, InvalidApp } from './define-app.ts';
import type { AppMigrations } from './effect-definition.ts';

/** `2` comes before `10`. */
const byNumber = new Intl.Collator('en', { numeric: true }).compare;

const tableName = 'holdfast_app_migration';
const table = sql.table(tableName);

/**
 * Brings the tables of an application's effects up to date, in one transaction. Safe when several
 * workers start at once: the second one waits, and finds that all of them ran.
 *
 * @throws InvalidApp naming the migration that the database refuses; none of them has run then.
 */
export async function migrateApp(ledger: Ledger, { effects = {} }: AppDefinition): Promise<void> {
  const wanted = Object.entries(effects).flatMap(([effect, { migrations = {} }]) =>
    Object.keys(migrations)
      .sort(byNumber)
      .map((name) => ({
        name: `${effect}/${name}`,
        statements: statementsOf(migrations[name] ?? [], ledger.kind),
      })),
  );
  // Where nothing is to be done it takes no lock: a worker must be able to start while another one hangs.
  const known = await ledger.readNames(tableName).catch(() => new Set());
  if (wanted.every(({ name }) => known.has(name))) return;
  await ledger.transaction(async (_, transaction) => {
    await lockMigrations(transaction, ledger.kind, 4_711_020_032);
    await sql`create table if not exists ${table} (name text primary key)`.execute(transaction);
    const ran = await readNames(transaction, tableName);
    for (const { name, statements } of wanted.filter((each) => !ran.has(each.name))) {
      for (const text of statements) {
        await sql
          .raw(text)
          .execute(transaction)
          .catch((error: Error) => {
            throw new InvalidApp(`the migration ${name}: ${error.message}`, { cause: error });
          });
      }
      await sql`insert into ${table} values (${name})`.execute(transaction);
    }
  });
}

function statementsOf(migration: AppMigrations[string], kind: DatabaseKind): readonly string[] {
  if (typeof migration === 'string') return [migration];
  return Array.isArray(migration)
    ? migration
    : statementsOf((migration as Record<DatabaseKind, string | readonly string[]>)[kind], kind);
}
