import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { optionalPackage } from '../optional-package.ts';
import { carefulPool } from './careful-pool.ts';
import type { Tables } from './database-schema.ts';
import { NodeSqliteDialect, type SqliteUse } from './node-sqlite-dialect.ts';

/** Which database the ledger is in. */
export type DatabaseKind = 'sqlite' | 'postgres';

/** Where the ledger and the orders are kept: one of the two. */
export interface DatabaseLocation {
  /** `postgres://...`; rules when both are given. */
  readonly databaseUrl?: string | undefined;
  /** Path of a SQLite file; its folder is made when it is missing. */
  readonly sqliteFile?: string | undefined;
}

/** An open database; closed by `database.destroy()`. */
export interface OpenDatabase {
  readonly kind: DatabaseKind;
  readonly database: Kysely<Tables>;
  /** For logs: the file, or the URL without its password. */
  readonly name: string;
}

/** PostgreSQL's int8, read as a number and not as text: all values here stay far below 2^53. */
const int8 = 20;

/**
 * How the database is used. Where SQLite's commits do not wait for the disk, a power cut takes those
 * since the last checkpoint back, while a killed process loses none.
 */
export interface DatabaseUse extends SqliteUse {
  /** PostgreSQL: connections at most. Default 3: with the journal's one a worker has four. */
  readonly connections?: number;
}

/**
 * Opens the database; nothing is created in it.
 *
 * @throws PackageMissing when PostgreSQL is named, and `pg` is not installed.
 */
export function openDatabase(location: DatabaseLocation, use: DatabaseUse = {}): OpenDatabase {
  const { databaseUrl, sqliteFile } = location;
  const { connections = 3 } = use;
  if (databaseUrl !== undefined) {
    const { Pool, types } = optionalPackage<typeof pg>('pg');
    const pool = new Pool({
      connectionString: databaseUrl,
      max: connections,
      connectionTimeoutMillis: 10_000,
      types: {
        getTypeParser: (type, format) =>
          type === int8 ? Number : types.getTypeParser(type, format),
      },
    });
    // An idle connection that the server closes: the pool opens another one when it needs it.
    pool.on('error', () => {});
    // A connection that is lost between two statements: without a listener Node ends the process.
    // The next statement on it fails, and tells its user.
    pool.on('connect', (client) => client.on('error', () => {}));
    const { host, pathname } = new URL(databaseUrl);
    return {
      kind: 'postgres',
      database: new Kysely({ dialect: new PostgresDialect({ pool: carefulPool(pool) }) }),
      name: `postgres://${host}${pathname}`,
    };
  }
  if (sqliteFile === undefined) throw new TypeError('give a databaseUrl or a sqliteFile');
  const file = path.resolve(sqliteFile);
  mkdirSync(path.dirname(file), { recursive: true });
  return {
    kind: 'sqlite',
    database: new Kysely({ dialect: new NodeSqliteDialect(file, use) }),
    name: file,
  };
}
