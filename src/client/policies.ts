import type { Client } from '@temporalio/client';
import type { readPolicies } from '../durable/read-rules.ts';
import { type LedgerPlace, throughWorker } from './through-worker.ts';

/**
 * The policies of the application that a worker serves: the catalogue's and its own.
 *
 * @param overrides by name, as a start would send them; the worker checks them.
 * @throws ClientError `InvalidRequest` for overrides that make no sense, `unreachable` without a
 *   worker.
 */
export function listPolicies(client: Client, overrides: unknown = {}, place?: LedgerPlace) {
  return throughWorker<typeof readPolicies>(client, 'readPolicies', overrides, place);
}
