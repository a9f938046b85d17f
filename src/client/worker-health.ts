import type { Client } from '@temporalio/client';
import type * as health from '../durable/read-health.ts';
import type { DatedWorkerHealth } from '../wire/worker-health.ts';
import { type LedgerPlace, throughWorker } from './through-worker.ts';

/** Nothing that a worker does for it takes long. */
const answersWithinMs = 20_000;

/** What a worker said of itself, and between which moments of this machine's clock. */
export interface HealthAnswer {
  readonly askedAtMs: number;
  readonly health: DatedWorkerHealth;
  readonly answeredAtMs: number;
}

/**
 * Asks a worker how it is.
 *
 * @throws ClientError `unreachable` without a worker.
 */
export async function workerHealth(client: Client, place?: LedgerPlace): Promise<HealthAnswer> {
  const askedAtMs = Date.now();
  const ask = throughWorker<typeof health.readHealth>;
  const found = await ask(client, 'readHealth', undefined as never, place, answersWithinMs);
  return { askedAtMs, health: found, answeredAtMs: Date.now() };
}
