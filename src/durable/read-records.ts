import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { JournalActivities } from '../activities/create-journal-activities.ts';
import type { LedgerActivities } from '../activities/create-ledger-activities.ts';
import type { ProviderGate } from '../wire/provider-gate.ts';
import { taskQueuesOf } from '../wire/task-queues.ts';
import type { WorkflowRecords } from '../wire/workflow-records.ts';
import { ledgerActivityOptions } from './activity-options.ts';

/** What journal and ledger hold about a workflow, for `holdfast explain`. */
export async function readRecords(workflowId: string): Promise<WorkflowRecords> {
  const { readAttempts, listEffects } = records('explain');
  const [attempts, { effects }] = await Promise.all([
    readAttempts(workflowId),
    listEffects({ workflowId, limit: 500 }),
  ]);
  return { attempts, effects };
}

/** How the gates of all workers stand, for `holdfast providers`. */
export function readProviders(): Promise<ProviderGate[]> {
  return records('providers').readGates();
}

function records(summary: string) {
  return proxyActivities<JournalActivities & LedgerActivities>({
    ...ledgerActivityOptions(summary),
    taskQueue: taskQueuesOf(workflowInfo().taskQueue).effects,
  });
}
