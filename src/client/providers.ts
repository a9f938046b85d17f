import type { Client } from '@temporalio/client';
import type { readProviders } from '../durable/read-records.ts';
import { type LedgerPlace, throughWorker } from './through-worker.ts';

/**
 * How the gates of all workers stand: one for each model that a worker was asked for.
 *
 * @throws ClientError `unreachable` without a worker.
 */
export function listProviders(client: Client, place?: LedgerPlace) {
  return throughWorker<typeof readProviders>(client, 'readProviders', undefined, place);
}
