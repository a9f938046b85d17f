import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { JournalActivities } from '../activities/create-journal-activities.ts';
import type { LedgerActivities } from '../activities/create-ledger-activities.ts';
import { taskQueuesOf } from '../wire/task-queues.ts';

/**
 * What persons ask of ledger and journal. A person waits: what does not work soon is told.
 *
 * @param summary shown by the Temporal UI beside the activity.
 * @param isLong for what goes through all rows and lists.
 */
export function ledgerActivities(summary: string, isLong = false) {
  return proxyActivities<JournalActivities & LedgerActivities>({
    summary,
    taskQueue: taskQueuesOf(workflowInfo().taskQueue).effects,
    startToCloseTimeout: isLong ? 3_600_000 : 60_000,
    scheduleToCloseTimeout: isLong ? 3_600_000 : 90_000,
    ...(isLong && { heartbeatTimeout: 120_000 }),
    retry: { initialInterval: 1000, backoffCoefficient: 2, maximumAttempts: 3 },
  });
}
