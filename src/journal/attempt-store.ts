import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { AttemptTable, Tables } from '../database/database-schema.ts';
import type { OpenDatabase } from '../database/open-database.ts';
import type { RecordedAttempt } from '../wire/recorded-attempt.ts';

/** The attempts' table. */
export interface AttemptStore {
  /** Stores attempts given as JSON texts; those that are there already stay as they are. */
  readonly insert: (attempts: readonly string[]) => Promise<void>;
  readonly close: () => void;
  /** The latest attempts of a workflow, oldest first. */
  readonly read: (workflowId: string, atMost: number) => Promise<RecordedAttempt[]>;
}

/** A column for each field, and whether it holds a number. */
const fields = {
  attempt_id: ['attemptId', 'text'],
  kind: ['kind', 'text'],
  workflow_id: ['workflowId', 'text'],
  run_id: ['runId', 'text'],
  request_id: ['requestId', 'text'],
  step: ['step', 'text'],
  attempt: ['attempt', 'bigint'],
  model: ['model', 'text'],
  provider: ['provider', 'text'],
  started_at_ms: ['startedAtMs', 'bigint'],
  sent: ['sent', 'text'],
  sent_at_ms: ['sentAtMs', 'bigint'],
  finished_at_ms: ['finishedAtMs', 'bigint'],
  outcome: ['outcome', 'text'],
  reason: ['reason', 'text'],
  status: ['status', 'bigint'],
  provider_request_id: ['providerRequestId', 'text'],
  input_tokens: ['inputTokens', 'bigint'],
  output_tokens: ['outputTokens', 'bigint'],
  cost: ['cost', 'text'],
  currency: ['currency', 'text'],
  retry_after_ms: ['retryAfterMs', 'bigint'],
  delay_ms: ['delayMs', 'bigint'],
  delay_source: ['delaySource', 'text'],
  stopped: ['stopped', 'text'],
  held_ms: ['heldMs', 'bigint'],
  billing: ['billing', 'text'],
} as const satisfies Record<
  keyof AttemptTable,
  readonly [keyof RecordedAttempt, 'text' | 'bigint']
>;
const columns = Object.keys(fields) as (keyof AttemptTable)[];

/** The table on either kind of database, which has been migrated when the first attempt comes. */
export function attemptStore({ database, kind, name }: OpenDatabase): AttemptStore {
  const { insert, close } =
    kind === 'sqlite' ? sqliteInsert(name) : { insert: postgresInsert(database), close() {} };
  return {
    insert: async (attempts) => {
      if (attempts.length > 0) await insert(attempts);
    },
    close,
    async read(workflowId, atMost) {
      const rows = await database
        .selectFrom('holdfast_attempt')
        .selectAll()
        .where('workflow_id', '=', workflowId)
        .orderBy('started_at_ms', 'desc')
        .orderBy('attempt_id', 'desc')
        .limit(atMost)
        .execute();
      return rows.map(attemptFrom).reverse();
    },
  };
}

type Insert = (attempts: readonly string[]) => void | Promise<void>;

/** One parameter for any number of attempts: the server takes the JSON apart, not this process. */
function postgresInsert(database: Kysely<Tables>): Insert {
  const names = sql.join(columns.map((column) => sql.ref(column)));
  const values = sql.join(
    columns.map((column) => {
      const [field, type] = fields[column];
      return sql`cast(attempt ->> ${sql.lit(field)} as ${sql.raw(type)})`;
    }),
  );
  return async (attempts) => {
    await sql`insert into holdfast_attempt (${names}) select ${values}
      from jsonb_array_elements(${`[${attempts.join(',')}]`}::jsonb) as list(attempt)
      on conflict (attempt_id) do nothing`.execute(database);
  };
}

/**
 * SQLite works in this process: a connection of its own with one prepared statement takes a third of
 * what its JSON functions would. It waits for no lock: what is busy now is not in half a second.
 */
function sqliteInsert(file: string): { readonly insert: Insert; readonly close: () => void } {
  const connection = new DatabaseSync(file, { timeout: 20 });
  connection.exec('pragma synchronous = normal');
  const parameters = columns.map(() => '?').join(', ');
  const text = `insert into holdfast_attempt (${columns.join(', ')}) values (${parameters})
    on conflict (attempt_id) do nothing`;
  let statement: StatementSync | undefined;
  return {
    insert(attempts) {
      statement ??= connection.prepare(text);
      connection.exec('begin immediate');
      try {
        for (const json of attempts) {
          const attempt: Partial<RecordedAttempt> = JSON.parse(json);
          statement.run(...columns.map((column) => attempt[fields[column][0]] ?? null));
        }
        connection.exec('commit');
      } catch (error) {
        connection.exec('rollback');
        throw error;
      }
    },
    close: () => connection.close(),
  };
}

function attemptFrom(row: Selectable<AttemptTable>): RecordedAttempt {
  const entries = columns.map((column) => [fields[column][0], row[column]] as const);
  const present = entries.filter(([, value]) => value !== null);
  return Object.fromEntries(present) as unknown as RecordedAttempt;
}
