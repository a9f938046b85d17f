import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { LedgerActivities } from '../activities/create-ledger-activities.ts';
import type { JournalActivities } from '../activities/read-attempts.ts';
import { taskQueuesOf } from '../model/task-queues.ts';
import type { WorkflowRecords } from '../model/workflow-records.ts';
import { ledgerActivityOptions } from './activity-options.ts';

/** What journal and ledger hold about a workflow, for `holdfast explain`. */
export async function readRecords(workflowId: string): Promise<WorkflowRecords> {
  const { readAttempts, listEffects } = proxyActivities<JournalActivities & LedgerActivities>({
    ...ledgerActivityOptions('explain'),
    taskQueue: taskQueuesOf(workflowInfo().taskQueue).effects,
  });
  const [attempts, { effects }] = await Promise.all([
    readAttempts(workflowId),
    listEffects({ workflowId, limit: 500 }),
  ]);
  return { attempts, effects };
}
