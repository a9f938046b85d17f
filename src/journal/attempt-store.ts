import { CompiledQuery } from 'kysely';
import type { OpenDatabase } from '../database/open-database.ts';
import type { RecordedAttempt } from '../wire/recorded-attempt.ts';

/** The attempts' table in the ledger's database, which has been migrated. */
export type AttemptStore = ReturnType<typeof attemptStore>;

/** A column is named like its field: `started_at_ms`, `startedAtMs`. */
const columns = `attempt_id kind workflow_id run_id request_id step attempt model provider
  started_at_ms sent sent_at_ms finished_at_ms outcome reason status provider_request_id
  input_tokens output_tokens cost currency retry_after_ms delay_ms delay_source stopped held_ms
  billing`.split(/\s+/);
const fields = columns.map((column) =>
  column.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
) as (keyof RecordedAttempt)[];

/** The table on either kind of database. */
export function attemptStore({ database, kind }: OpenDatabase) {
  // Not `?1`: SQLite looks through all numbered parameters at each of them.
  const place = (nth: number) => (kind === 'postgres' ? `$${nth + 1}` : '?');
  const places = (_: unknown, row: number) =>
    `(${fields.map((_, index) => place(row * fields.length + index)).join(', ')})`;
  return {
    /** Stores attempts by one statement; those that are there already stay as they are. */
    async insert(attempts: readonly RecordedAttempt[]) {
      // Put together here: Kysely takes longer to build so many values than SQLite to store them.
      const text = `insert into holdfast_attempt (${columns.join(', ')})
        values ${attempts.map(places).join(', ')}
        on conflict (attempt_id) do nothing`;
      const values = attempts.flatMap((attempt) => fields.map((field) => storable(attempt[field])));
      await database.executeQuery(CompiledQuery.raw(text, values));
    },
    /** The latest attempts of a workflow, oldest first. */
    async read(workflowId: string, atMost: number) {
      const rows = await database
        .selectFrom('holdfast_attempt')
        .selectAll()
        .where('workflow_id', '=', workflowId)
        .orderBy('started_at_ms', 'desc')
        .orderBy('attempt_id', 'desc')
        .limit(atMost)
        .execute();
      return rows.map(attemptOf).reverse();
    },
  };
}

function attemptOf(row: Record<string, unknown>): RecordedAttempt {
  const values = columns.map((column) => row[column]);
  const entries = fields.map((field, index) => [field, values[index]] as const);
  const present = entries.filter(([, value]) => value !== null);
  return Object.fromEntries(present) as unknown as RecordedAttempt;
}

const maximumText = 255;

/** What every database takes: whole numbers that fit, short texts without control characters. */
function storable(value: string | number | null | undefined): string | number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') {
    return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.round(value)));
  }
  // What an earlier version left in a file may be anything.
  const text = String(value)
    .slice(0, maximumText)
    .replace(/\p{Cc}/gu, ' ');
  return text.toWellFormed();
}
