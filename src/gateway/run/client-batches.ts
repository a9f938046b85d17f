import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { clientBatchStore } from '../../batch/files/client-batch-store.ts';
import { fileStore } from '../../batch/files/file-store.ts';
import type { ClientBatch } from '../../batch/files/file-tables.ts';
import { batchStore } from '../../batch/store/batch-store.ts';
import { runBatch } from '../../client/batch.ts';
import type { Config } from '../../config.ts';
import type { OpenDatabase } from '../../database/open-database.ts';
import { errorName } from '../../journal/error-name.ts';
import type { ModelPolicy } from '../../policies/retry-policy.ts';
import type { Batching } from '../files/batching.ts';
import type { createTemporal } from './temporal.ts';

/** Lines in flight at most of one batch: what one worker runs at once. */
const concurrency = 1000;
/** A batch is committed, and its workflow started at once: one that is older has perhaps none. */
const startedWithinMs = 5000;

/** What clients' batches are run with. */
export interface ClientBatchesOptions {
  readonly config: Pick<Config, 'HOLDFAST_TASK_QUEUE' | 'HOLDFAST_GATEWAY_MAXIMUM_FILE_BYTES'>;
  readonly policy: ModelPolicy;
  readonly temporal: ReturnType<typeof createTemporal>;
  readonly log: Logger;
}

/** Makes what `/v1/batches` needs: stores, and workflows that are started and cancelled. */
export function createBatching(
  opened: OpenDatabase,
  { config, policy, temporal, log }: ClientBatchesOptions,
): Batching & {
  readonly sweep: () => Promise<void>;
  readonly prune: (keptMs: number) => Promise<void>;
} {
  const { HOLDFAST_TASK_QUEUE: taskQueue } = config;
  const clients = clientBatchStore(opened);
  const files = fileStore(opened);

  /** Tries; the sweep tries again. */
  async function attempt(id: string, work: (client: Client) => Promise<unknown>): Promise<void> {
    try {
      await work(await temporal.client());
    } catch (error) {
      temporal.lost();
      log.error({ event: 'gateway.batch-waits', batch: id, error: errorName(error) });
    }
  }
  const run = (client: Client, { id, tenant, expires_at_ms }: ClientBatch) =>
    runBatch(
      client,
      { id, tenant, client: { expiresAtMs: Number(expires_at_ms) } },
      { policy, concurrency },
      taskQueue,
    );
  const start = (batch: ClientBatch) => attempt(batch.id, (client) => run(client, batch));
  // Started where it was not yet, or has failed: only its workflow ends a batch.
  const cancel = (batch: ClientBatch) =>
    attempt(batch.id, async (client) => (await run(client, batch)).cancel());

  async function prune(keptMs: number): Promise<void> {
    await files.prune();
    while ((await clients.prune(keptMs)) > 0);
  }
  return {
    ...{ batches: batchStore(opened), clients, files, start, cancel, prune },
    maximumFileBytes: config.HOLDFAST_GATEWAY_MAXIMUM_FILE_BYTES,
    /** Tells Temporal what it should know already of batches of all gateways. */
    async sweep(): Promise<void> {
      for (const batch of await clients.untold(startedWithinMs)) {
        await (batch.state === 'cancelling' ? cancel(batch) : start(batch));
      }
    },
  };
}
