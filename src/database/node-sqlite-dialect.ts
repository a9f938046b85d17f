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

/** How long a statement waits for another's write lock before it fails as busy. */
const busyTimeoutMs = 10_000;
/** How long SQLite itself waits for a lock: it blocks the whole process meanwhile. */
const blockingTimeoutMs = 20;
const busyPollMs = 10;
/** Of https://sqlite.org/rescode.html, the low byte of an extended code: `SQLITE_ERROR`, `SQLITE_BUSY`. */
const errorCode = 1;
const busyCode = 5;

/**
 * Kysely's SQLite dialect on Node's own `node:sqlite`. Durable (`synchronous=FULL`) unless asked not
 * to wait for the disk (`NORMAL`), and safe with
 * several processes, or several connections of one process, on one file (WAL; SQLite's own locks).
 */
export class NodeSqliteDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;

  constructor(file: string, isSynced = true) {
    const config = { database: openSqlite(file, isSynced) };
    super(config);
    this.#config = config;
  }

  override createDriver(): SqliteDriver {
    return new PatientSqliteDriver(this.#config);
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
  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    return {
      streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
      async executeQuery(query) {
        const startedMs = performance.now();
        for (;;) {
          try {
            return await connection.executeQuery(query);
          } catch (error) {
            if (codeOf(error) !== busyCode || performance.now() - startedMs > busyTimeoutMs)
              throw error;
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
      if (codeOf(error) !== errorCode) throw error;
    }
  }
}

function codeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
}

function openSqlite(file: string, isSynced: boolean): SqliteDatabase {
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs });
  const synchronous = isSynced ? 'full' : 'normal';
  database.exec(`pragma journal_mode = wal; pragma synchronous = ${synchronous}`);
  database.exec(`pragma busy_timeout = ${blockingTimeoutMs}`);
  return {
    close: () => database.close(),
    prepare(text) {
      // A plain BEGIN takes the write lock only at the first write, where SQLite answers "busy" at
      // once instead of waiting, since what was read before may be out of date by then.
      const statement = database.prepare(text === 'begin' ? 'begin immediate' : text);
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
