import type { Insertable, Selectable } from 'kysely';
import type { AttemptTable } from '../database/database-schema.ts';
import type { OpenDatabase } from '../database/open-database.ts';
import type { RecordedAttempt } from '../wire/recorded-attempt.ts';

/** The attempts' table in the ledger's database, which has been migrated. */
export interface AttemptStore {
  /** Stores attempts by one statement; those that are there already stay as they are. */
  readonly insert: (attempts: readonly RecordedAttempt[]) => Promise<void>;
  /** The latest attempts of a workflow, oldest first. */
  readonly read: (workflowId: string, atMost: number) => Promise<RecordedAttempt[]>;
}

/** The table on either kind of database. */
export function attemptStore({ database }: OpenDatabase): AttemptStore {
  return {
    async insert(attempts) {
      await database
        .insertInto('holdfast_attempt')
        .values(attempts.map(rowOf))
        .onConflict((conflict) => conflict.column('attempt_id').doNothing())
        .execute();
    },
    async read(workflowId, atMost) {
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

/** A field is named like its column: `startedAtMs`, `started_at_ms`. */
function rowOf(attempt: RecordedAttempt): Insertable<AttemptTable> {
  const entries = Object.entries(attempt).map(([field, value]) => [
    field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    storable(value),
  ]);
  return Object.fromEntries(entries);
}

function attemptOf(row: Selectable<AttemptTable>): RecordedAttempt {
  const entries = Object.entries(row).flatMap(([column, value]) =>
    value === null
      ? []
      : [[column.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()), value]],
  );
  return Object.fromEntries(entries);
}

const maximumText = 255;

/** What every database takes: whole numbers that fit, short texts without control characters. */
function storable(value: string | number | null): string | number | null {
  if (value === null) return null;
  if (typeof value === 'number') {
    return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.round(value)));
  }
  const text = value.slice(0, maximumText).replace(/\p{Cc}/gu, ' ');
  return text.toWellFormed();
}
