import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type DatabaseConnection,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
} from 'kysely';
import { codeOf, isBusy } from './classify-database.ts';

/** How a SQLite file is used. */
export interface SqliteUse {
  /** Whether a commit waits for the disk. Default yes. */
  readonly isSynced?: boolean;
  /** How long a statement waits for another's write lock before it fails as busy. Default 10 s. */
  readonly busyTimeoutMs?: number;
  /** How long of that SQLite itself waits, which blocks the whole process. Default 20 ms. */
  readonly blockingTimeoutMs?: number;
}

const defaultBusyTimeoutMs = 10_000;
const defaultBlockingTimeoutMs = 20;
const busyPollMs = 10;

/**
 * Kysely's SQLite dialect on Node's own `node:sqlite`. Durable (`synchronous=FULL`) unless asked not
 * to wait for the disk (`NORMAL`), and safe with
 * several processes, or several connections of one process, on one file (WAL; SQLite's own locks).
 */
export class NodeSqliteDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;
  readonly #busyTimeoutMs: number;

  constructor(file: string, use: SqliteUse = {}) {
    const config = { database: openSqlite(file, use) };
    super(config);
    this.#config = config;
    this.#busyTimeoutMs = use.busyTimeoutMs ?? defaultBusyTimeoutMs;
  }

  override createDriver(): SqliteDriver {
    return new PatientSqliteDriver(this.#config, this.#busyTimeoutMs);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter();
  }
}

/** SQLite rolls back schema changes too; Kysely is only careful with its foreign key switch. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Waits for locks without blocking the process: one of its own transactions may hold the lock. */
class PatientSqliteDriver extends SqliteDriver {
  readonly #busyTimeoutMs: number;

  constructor(config: SqliteDialectConfig, busyTimeoutMs: number) {
    super(config);
    this.#busyTimeoutMs = busyTimeoutMs;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    const busyTimeoutMs = this.#busyTimeoutMs;
    return {
      streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
      async executeQuery(query) {
        const startedMs = performance.now();
        for (;;) {
          try {
            return await connection.executeQuery(query);
          } catch (error) {
            if (!isBusy(error) || performance.now() - startedMs > busyTimeoutMs) throw error;
          }
          await sleep(busyPollMs);
        }
      },
    };
  }

  /** After a full disk SQLite has rolled back by itself: the error before is the one to report. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } catch (error) {
      // There is no transaction: `SQLITE_ERROR`.
      if (codeOf(error) !== 'SQLITE_1') throw error;
    }
  }
}

function holdsMore(text: string, first: string): boolean {
  const rest = text.slice(first.length).replaceAll(/--.*|\/\*[\s\S]*?\*\//g, '');
  return text.startsWith(first) && /[^\s;]/.test(rest);
}

/** Where two processes make the file at once, SQLite tells one of them "busy" without waiting. */
function switchToWal(database: DatabaseSync): void {
  const startedMs = performance.now();
  for (;;) {
    try {
      database.exec('pragma journal_mode = wal');
      return;
    } catch (error) {
      const waitedMs = performance.now() - startedMs;
      if (!isBusy(error) || waitedMs > defaultBusyTimeoutMs) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, busyPollMs);
  }
}

function openSqlite(
  file: string,
  { isSynced = true, blockingTimeoutMs = defaultBlockingTimeoutMs }: SqliteUse,
): SqliteDatabase {
  // The switch to WAL needs the file for itself; at the start of a worker nothing else is kept waiting.
  const database = new DatabaseSync(file, { timeout: defaultBusyTimeoutMs });
  const synchronous = isSynced ? 'full' : 'normal';
  switchToWal(database);
  database.exec(`pragma synchronous = ${synchronous}`);
  database.exec(`pragma busy_timeout = ${blockingTimeoutMs}`);
  return {
    close: () => database.close(),
    prepare(text) {
      // A plain BEGIN takes the write lock only at the first write, where SQLite answers "busy" at
      // once instead of waiting, since what was read before may be out of date by then.
      const statement = database.prepare(text === 'begin' ? 'begin immediate' : text);
      // SQLite prepares the first statement only, and says nothing of the others.
      if (holdsMore(text, statement.sourceSQL)) {
        throw new TypeError(
          'the text holds several statements, and SQLite runs the first one only: make them a list',
        );
      }
      const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)),
      };
    },
  };
}
