import { workflowInfo } from '@temporalio/workflow';
import type { DatedWorkerHealth } from '../wire/worker-health.ts';
import { ledgerActivity } from './ledger-activity.ts';

const ask = ledgerActivity('readHealth', 'how this worker is');

/** How a worker is, for `holdfast doctor`. */
export async function readHealth(): Promise<DatedWorkerHealth> {
  return { ...(await ask()), serverNowMs: workflowInfo().startTime.getTime() };
}
