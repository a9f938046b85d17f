import type { ClientBatch } from '../../batch/files/file-tables.ts';
import type { ClientBatches } from '../../batch/files/read-client-batch.ts';

/** What `/v1/files` and `/v1/batches` are served with. */
export interface Batching extends ClientBatches {
  /** Starts the workflow of a batch, or finds the one that runs. */
  readonly start: (batch: ClientBatch) => Promise<void>;
  /** Cancels it: what is under way ends. */
  readonly cancel: (batch: ClientBatch) => Promise<void>;
  readonly maximumFileBytes: number;
}
