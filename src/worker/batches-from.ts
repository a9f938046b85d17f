import { type BatchActivities, createBatchActivities } from '../activities/run-batch.ts';
import { createRunRange, type RunRange } from '../batch/run/run-range.ts';
import { type BatchStore, batchStore } from '../batch/store/batch-store.ts';
import type { AttemptLog } from '../calls/attempt-log.ts';
import type { ForwardAttempt } from '../calls/forward/forward-attempt.ts';
import { createRunAttempt } from '../calls/forward/run-attempt.ts';
import type { Gates } from '../calls/gate/gates.ts';
import type { Config } from '../config.ts';
import { type OpenDatabase, openDatabase } from '../database/open-database.ts';

/** What the lines of batches go through: that of all calls of the worker. */
export interface BatchesDependencies {
  readonly gates: Gates;
  readonly send: ForwardAttempt;
  readonly log: AttemptLog;
}

/** The activities of batches, on a database that is opened when the first batch comes. */
export function batchesFrom(
  config: Pick<Config, 'DATABASE_URL' | 'HOLDFAST_LEDGER' | 'providers'>,
  { gates, send: attempt, log }: BatchesDependencies,
): {
  readonly activities: BatchActivities;
  /** Nothing further is sent: what is under way ends. */
  readonly drain: () => void;
  readonly close: () => Promise<void>;
} {
  const draining = new AbortController();
  let database: OpenDatabase | undefined;
  let opened: { readonly store: BatchStore; readonly runRange: RunRange } | undefined;
  function open() {
    if (opened) return opened;
    const { DATABASE_URL: databaseUrl, HOLDFAST_LEDGER: sqliteFile, providers } = config;
    database = openDatabase({ databaseUrl, sqliteFile }, { connections: 4 });
    const store = batchStore(database);
    // Lines that a gate sends back come again, in this process, and thousands of them may.
    const runAttempt = createRunAttempt({ gates, attempt, log: { ...log, deferred() {} } });
    opened = { store, runRange: createRunRange({ store, runAttempt, providers }) };
    return opened;
  }
  return {
    activities: createBatchActivities({ open, draining: draining.signal }),
    drain: () => draining.abort(),
    close: async () => database?.database.destroy(),
  };
}
