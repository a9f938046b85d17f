import {
  type BatchActivities,
  type BatchDependencies,
  createBatchActivities,
} from '../activities/run-batch.ts';
import { clientBatchStore } from '../batch/files/client-batch-store.ts';
import { fileStore } from '../batch/files/file-store.ts';
import { createRunRange } from '../batch/run/run-range.ts';
import { batchStore } from '../batch/store/batch-store.ts';
import { anthropicBatches } from '../batch/submit/anthropic-batches.ts';
import { openaiBatches } from '../batch/submit/openai-batches.ts';
import { submissionStore } from '../batch/submit/submission-store.ts';
import type { AttemptLog } from '../calls/attempt-log.ts';
import type { ForwardAttempt } from '../calls/forward/forward-attempt.ts';
import { forwardProviders } from '../calls/forward/forward-providers.ts';
import { createRunAttempt } from '../calls/forward/run-attempt.ts';
import type { Gates } from '../calls/gate/gates.ts';
import type { Config } from '../config.ts';
import { type OpenDatabase, openDatabase } from '../database/open-database.ts';
import { mayUse } from '../gateway/keys/key-limits.ts';

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
  let opened: ReturnType<BatchDependencies['open']> | undefined;
  function open() {
    if (opened) return opened;
    const { DATABASE_URL: databaseUrl, HOLDFAST_LEDGER: sqliteFile, providers } = config;
    database = openDatabase({ databaseUrl, sqliteFile }, { connections: 4 });
    const batches = batchStore(database);
    // Lines that a gate sends back come again, in this process, and thousands of them may.
    const runAttempt = createRunAttempt({ gates, attempt, log: { ...log, deferred() {} } });
    opened = {
      ...{ batches, clients: clientBatchStore(database), files: fileStore(database) },
      ...{ submissions: submissionStore(database), providers, apiOf: batchApisOf(providers) },
      runRange: createRunRange({ store: batches, runAttempt, providers }),
    };
    return opened;
  }
  return {
    activities: createBatchActivities({
      open,
      checks: { providers: config.providers, mayUse },
      draining: draining.signal,
    }),
    drain: () => draining.abort(),
    close: async () => database?.database.destroy(),
  };
}

/** The Batch APIs of providers that have one. */
function batchApisOf(providers: Config['providers']) {
  const resolve = forwardProviders(providers);
  return (name: string) => {
    const { family } = providers.find((each) => each.name === name) ?? {};
    if (family === 'anthropic') return anthropicBatches(resolve(name));
    return family === 'openai' ? openaiBatches(resolve(name)) : undefined;
  };
}
